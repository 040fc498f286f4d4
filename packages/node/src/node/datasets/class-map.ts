/** @file Reads which classes of a model mean a category of a data set: their names need not be the same. */

import { InputError, quote } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { checkFile, readText } from "../read-text.ts";
import type { ClassMap } from "./yolo-folder.ts";

/**
 * Reads a map of classes: JSON, an object with a list of names or indices of classes for each category.
 *
 * @throws {UsageError} When there is no such file.
 * @throws {InputError} When it is no such object; lists all categories that are wrong.
 */
export async function readClassMap(path: string): Promise<ClassMap> {
  await checkFile(path, "a class map", '".json"');
  const wanted = 'give an object such as {"dog": [151, 152], "zebra": ["zebra"]}';
  let map: unknown;
  try {
    map = parseJson(await readText(path));
  } catch (cause) {
    throw new InputError(`Cannot read the class map ${quote(path)}: it is not valid JSON; ${wanted}`, { cause });
  }
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new InputError(`Cannot read the class map ${quote(path)}: it is no object; ${wanted}`);
  }
  const isClass = (value: unknown) => typeof value === "string" || (Number.isInteger(value) && (value as number) >= 0);
  const wrong = Object.entries(map).filter(([, classes]) => !Array.isArray(classes) || !classes.every(isClass));
  if (wrong.length > 0) {
    throw new InputError(
      `Cannot read the class map ${quote(path)}: ${wrong.map(([category]) => quote(category)).join(", ")} has no list of names or indices; ${wanted}`,
    );
  }
  return map as ClassMap;
}

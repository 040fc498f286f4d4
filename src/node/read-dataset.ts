/** @file From a file to a data set, whichever of the known layouts it has. */

import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { InputError, quote } from "../errors.ts";
import type { Dataset } from "../evaluation/dataset.ts";
import { readImageFolder } from "./datasets/image-folder.ts";
import { LAYOUTS } from "./datasets/layouts.ts";
import { checkFile, readText } from "./read-rows.ts";

/** Most bad rows that an error lists. */
const MOST_PROBLEMS = 20;

export interface ReadDatasetOptions {
  /** What to do with rows that are no inputs: "refuse" the data set (default), or "skip" them. */
  readonly badRows?: "refuse" | "skip";
}

/**
 * Reads a data set: a file, or a folder of pictures in folders named after their classes. Rows without a text, with a rationale that does not fit the text and the like are listed with their
 * lines.
 *
 * @throws {UsageError} When there is no such file.
 * @throws {InputError} When no layout fits the file, no row is an input, or some are not and are refused.
 */
export async function readDataset(path: string, { badRows = "refuse" }: ReadDatasetOptions = {}): Promise<Dataset> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return { name: basename(path), items: await readImageFolder(path), problems: [] };
  await checkFile(path, "a data set", `".jsonl", ".csv", ".tsv" or ".txt"`);
  const file = { path, extension: extname(path).toLowerCase(), content: await readText(path) };
  const layout = LAYOUTS.find((candidate) => candidate.matches(file));
  if (layout === undefined) {
    throw new InputError(
      `Cannot read a data set from ${quote(path)}: it has none of the known layouts:${LAYOUTS.map(({ name, summary }) => `\n  - ${name}: ${summary}`).join("")}`,
    );
  }
  const rows = await layout.read(file);
  const items = rows.flatMap(({ line, item }) => (item instanceof InputError ? [] : [{ line, ...item }]));
  const problems = rows.flatMap(({ line, item }) =>
    item instanceof InputError ? [{ line, message: item.message }] : [],
  );
  if (problems.length > 0 && (badRows === "refuse" || items.length === 0)) {
    const shown = problems.slice(0, MOST_PROBLEMS).map(({ line, message }) => `\n  - line ${line}: ${message}`);
    const more = problems.length > shown.length ? `\n  - and ${problems.length - shown.length} more` : "";
    const remedy = items.length === 0 ? "" : "; correct them, or leave them out with --bad-rows skip";
    throw new InputError(
      `Cannot use ${problems.length} of the ${rows.length} rows of ${quote(path)}${remedy}:${shown.join("")}${more}`,
    );
  }
  if (items.length === 0) throw new InputError(`Cannot evaluate on ${quote(path)}: there are no inputs in it`);
  const { polarityLabel } = layout;
  return { name: basename(path), items, problems, ...(polarityLabel === undefined ? {} : { polarityLabel }) };
}

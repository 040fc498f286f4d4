/**
 * @file Pictures with outlined objects in the layout of YOLO (Ultralytics): a folder labels/ with a text file for each
 * picture of images/, and a .yaml file that names the categories.
 */

import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, extname, join, relative } from "node:path";
import { InputError, quote } from "@calig/core/internal/errors";
import type { DatasetRow } from "@calig/core/internal/evaluation/dataset-layout";
import type { OutlinedObject, Place } from "@calig/core/internal/evaluation/outlines";
import { IMAGE_EXTENSIONS } from "@calig/core/internal/modality/image/file";
import { image } from "@calig/core/internal/modality/image/image";
import { type ImageFileOptions, readImageFile } from "../image-file.ts";
import { readText } from "../read-text.ts";

/** Classes of models by category of the data set. */
export type ClassMap = Readonly<Record<string, readonly (string | number)[]>>;

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

/** Whether a folder looks like this. */
export const isYoloFolder = (folder: string): Promise<boolean> => isFolder(join(folder, "labels"));

/**
 * The pictures that have a file of labels, sorted by path. The folder images/ lies in the folder or beside it.
 *
 * Each line of a label file is one object: the number of its category, then either a box (x and y of its centre, width,
 * height) or the corners of its outline (x, y, x, y ...), as shares of the picture.
 *
 * @param classMap - Classes that mean a category. Default: the class of the same name.
 * @throws {InputError} When there are no pictures, or no names of categories.
 */
export async function readYoloFolder(
  folder: string,
  classMap: ClassMap = {},
  options: ImageFileOptions = {},
): Promise<readonly DatasetRow[]> {
  const categories = await readCategories(folder);
  const images = await imagesFolder(folder);
  const labels = join(folder, "labels");
  const names = (await readdir(images, { recursive: true }))
    .filter((name) => IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()))
    .sort();
  const rows = await Promise.all(
    names.map(async (name): Promise<DatasetRow[]> => {
      const file = join(labels, `${name.slice(0, -extname(name).length)}.txt`);
      const content = await readFile(file, "utf8").catch(() => undefined);
      if (content === undefined) return [];
      const objects = parseObjects(content, categories, classMap);
      if (objects instanceof InputError) {
        return [{ line: 0, item: new InputError(`${relative(folder, file)}: ${objects.message}`) }];
      }
      const load = async () => ({ image: await readImageFile(join(images, name), options) });
      const picture = { name, kind: image.name, load };
      return [{ line: 0, item: { id: name, input: picture, objects } }];
    }),
  );
  const found = rows.flat();
  if (found.length === 0) {
    throw new InputError(
      `Cannot read a data set from ${quote(folder)}: none of the ${names.length} pictures of ${quote(images)} has a file of the same name in labels/`,
    );
  }
  return found.map(({ item }, index) => ({ line: index + 1, item }));
}

async function imagesFolder(folder: string): Promise<string> {
  for (const path of [join(folder, "images"), join(dirname(folder), "images")]) if (await isFolder(path)) return path;
  throw new InputError(
    `Cannot read a data set from ${quote(folder)}: it has labels/ but there is no images/, neither in it nor beside it`,
  );
}

async function readCategories(folder: string): Promise<ReadonlyMap<number, string>> {
  const files = (await readdir(folder)).filter((name) => /\.ya?ml$/i.test(name)).sort();
  for (const file of files) {
    const names = parseNames(await readText(join(folder, file)));
    if (names.size > 0) return names;
  }
  throw new InputError(
    `Cannot read a data set from ${quote(folder)}: ${files.length === 0 ? "there is no .yaml file" : `${files.join(", ")} does not list the categories`}; name them in data.yaml as "names:" with a line "  0: person" for each`,
  );
}

/** The part of YAML that such files write names in: "names:" with lines "0: person" or "- person", or "[person, ...]". */
function parseNames(yaml: string): ReadonlyMap<number, string> {
  const [, inline, block = ""] =
    /^names:[ \t]*(\[[^\]]*\])?[^\n]*\n?((?:[ \t]+[^\n]*\n?|-[^\n]*\n?|[ \t]*\n)*)/m.exec(yaml) ?? [];
  if (inline !== undefined)
    return new Map(
      inline
        .slice(1, -1)
        .split(",")
        .map((name, i) => [i, unquoted(name)]),
    );
  const names = new Map<number, string>();
  for (const line of block.split("\n")) {
    const [, index, name] = /^\s*(?:(\d+)\s*:|-)\s*(.+?)\s*(?:\s#.*)?$/.exec(line) ?? [];
    if (name !== undefined) names.set(index === undefined ? names.size : Number(index), unquoted(name));
  }
  return names;
}

const unquoted = (name: string): string => name.trim().replace(/^(["'])(.*)\1$/, "$2");

function parseObjects(
  content: string,
  categories: ReadonlyMap<number, string>,
  classMap: ClassMap,
): readonly OutlinedObject[] | InputError {
  const objects: OutlinedObject[] = [];
  for (const [i, line] of content.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [index = Number.NaN, ...numbers] = line.trim().split(/\s+/).map(Number);
    const category = categories.get(index);
    if (category === undefined) return new InputError(`line ${i + 1}: there is no category ${quote(index)}`);
    const outline = outlineOf(numbers);
    if (outline === undefined) {
      return new InputError(
        `line ${i + 1}: after the category come 4 numbers of a box, or at least 3 corners of two numbers, each 0 to 1`,
      );
    }
    objects.push({ category, classes: classMap[category] ?? [category], outline });
  }
  return objects;
}

/** Room for what rounding leaves outside of a picture. */
const SLACK = 0.01;

function outlineOf(numbers: readonly number[]): readonly Place[] | undefined {
  if (!numbers.every((value) => value >= -SLACK && value <= 1 + SLACK)) return undefined;
  if (numbers.length === 4) {
    const [x, y, width, height] = numbers as [number, number, number, number];
    const [left, top, right, bottom] = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    return [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ];
  }
  if (numbers.length < 6 || numbers.length % 2 === 1) return undefined;
  return Array.from({ length: numbers.length / 2 }, (_, i): Place => [numbers[2 * i]!, numbers[2 * i + 1]!]);
}

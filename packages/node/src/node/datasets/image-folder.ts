/** @file A folder of pictures in folders named after their classes. */

import { readdir } from "node:fs/promises";
import { dirname, extname, join, sep } from "node:path";
import { InputError, quote } from "@calig/core/internal/errors";
import type { DatasetItem } from "@calig/core/internal/evaluation/dataset";
import { IMAGE_EXTENSIONS, type ImageFileOptions, readImageFile } from "../image-file.ts";

/**
 * The pictures of a folder and of the folders in it, sorted by path. The folder that a picture lies in is its class;
 * pictures that lie in the folder itself have none.
 *
 * @throws {InputError} When there are no pictures.
 */
export async function readImageFolder(folder: string, options: ImageFileOptions = {}): Promise<readonly DatasetItem[]> {
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()))
    .sort();
  if (names.length === 0) {
    throw new InputError(
      `Cannot read a data set from ${quote(folder)}: there are no pictures in this folder; pictures end in ${IMAGE_EXTENSIONS.join(", ")}`,
    );
  }
  return names.map((name, index) => {
    const label = dirname(name).split(sep).at(-1) as string;
    return {
      line: index + 1,
      id: name,
      input: { name, load: async () => ({ image: await readImageFile(join(folder, name), options) }) },
      ...(label === "." ? {} : { label }),
    };
  });
}

/** @file A folder of files that hold one input each, such as pictures, in folders named after their classes. */

import { dirname, join, sep } from "node:path";
import type { DatasetItem } from "@calig/core/internal/evaluation/dataset";
import type { FileModality } from "@calig/core/internal/modality/input-forms";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { inputFilesOf, readInputFile } from "../input-files.ts";

/**
 * The inputs in the files of a folder and of the folders in it, sorted by path. The folder that a file lies in is its
 * class; files that lie in the folder itself have none.
 *
 * @param modalities - Kinds of inputs whose files are looked for.
 * @param options - How files are read.
 * @throws {UsageError} When there are none, or of two kinds.
 */
export async function readInputFolder(
  folder: string,
  modalities: readonly FileModality[],
  options: GivenOptions = {},
): Promise<readonly DatasetItem[]> {
  const { modality, names } = await inputFilesOf(folder, modalities, "read a data set from");
  return names.map((name, index) => {
    const label = dirname(name).split(sep).at(-1) as string;
    return {
      line: index + 1,
      id: name,
      input: { name, kind: modality.name, load: () => readInputFile(modality, join(folder, name), options) },
      ...(label === "." ? {} : { label }),
    };
  });
}

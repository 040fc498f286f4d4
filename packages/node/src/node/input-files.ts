/** @file Files that hold one input each, of any kind of input: read one by one, or found in a folder. */

import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { FileTools } from "@calig/core/internal/attribution/explainable-model";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import type { FileModality } from "@calig/core/internal/modality/input-forms";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { decodeImage } from "./image-file.ts";

/** What this machine decodes. */
const nodeFileTools: FileTools = { decodePicture: decodeImage };

/**
 * The input in a file.
 *
 * @param options - How files are read; what this kind of input does not declare is left alone.
 * @throws {InputError} When there is no such file, or it holds no such input.
 */
export async function readInputFile(
  { file, noun }: FileModality,
  path: string,
  options: GivenOptions,
): Promise<object> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(cause);
    throw new InputError(
      `Cannot read the ${file.called} ${quote(path)}: ${found}; give ${noun.one} file (${file.formats})`,
      {
        cause,
      },
    );
  }
  const own = Object.entries(options).filter(([key]) => Object.hasOwn(file.options ?? {}, key));
  return file.read({ bytes, name: path }, Object.fromEntries(own), nodeFileTools);
}

/** Whether a file is called as those of a kind of input. */
export const isFileOf = ({ file }: FileModality, path: string): boolean =>
  file.endings.includes(extname(path).toLowerCase());

/**
 * The files of a folder, and of the folders in it, that hold inputs: their kind, and their paths in the folder, sorted.
 *
 * @param cannot - What is not done without them: "explain".
 * @throws {UsageError} When there are none, or files of two kinds.
 */
export async function inputFilesOf(
  folder: string,
  modalities: readonly FileModality[],
  cannot: string,
): Promise<{ readonly modality: FileModality; readonly names: readonly string[] }> {
  const all = (await readdir(folder, { recursive: true })).sort();
  const found = modalities.flatMap((modality) => {
    const names = all.filter((name) => isFileOf(modality, name));
    return names.length === 0 ? [] : [{ modality, names }];
  });
  const [first, second] = found;
  if (second !== undefined) {
    const kinds = found.map(({ modality: { file }, names }) => `${names.length} ${file.calledMany}`);
    throw new UsageError(
      `Cannot ${cannot} ${quote(folder)}: it holds ${kinds.join(" and ")}; give a folder of one kind`,
    );
  }
  if (first !== undefined) return first;
  const wanted = modalities.map(({ file }) => `${file.calledMany} end in ${file.endings.join(", ")}`);
  throw new UsageError(
    `Cannot ${cannot} ${quote(folder)}: there are no ${modalities.map(({ file }) => file.calledMany).join(" or ")} in this folder; ${wanted.join("; ")}`,
  );
}

/** @file calig.json beside a model: the settings that `calig tune` chose for it. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TunedSettings } from "@calig/core/internal/attribution/tuned";
import { CheckpointError } from "@calig/core/internal/errors";
import { parseTuned, TUNED_VERSION, tunedFileOf } from "@calig/core/internal/loading/tuned-settings";
import { fileReason, writeFailure } from "./file-failure.ts";

/** Where the settings of a model are: in its folder, named after the file where the model is one of several. */
export const tunedPath = (folder: string, file: string | undefined): string =>
  file === undefined ? join(folder, tunedFileOf(undefined)) : tunedFileOf(file);

/** The settings stored beside a model, or undefined. @throws {CheckpointError} When the file is not what calig wrote. */
export async function readTuned(path: string, blocks: number): Promise<TunedSettings | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CheckpointError(`Cannot read ${path}: ${fileReason(error)}`);
  }
  return parseTuned(text, path, blocks);
}

/** Stores settings beside a model; an older file stays until the new one is complete. */
export async function writeTuned(path: string, settings: TunedSettings): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, `${JSON.stringify({ version: TUNED_VERSION, ...settings }, null, 2)}\n`);
    await rename(partial, path);
  } catch (cause) {
    throw writeFailure(path, cause);
  }
}

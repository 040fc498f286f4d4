/** @file calig.json beside a model: the settings that `calig tune` chose for it. */

import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TunedSettings } from "@calig/core/internal/attribution/tuned";
import { TUNED_VERSION, tunedFileOf } from "@calig/core/internal/loading/tuned-settings";
import { writeFailure } from "../util/file-failure.ts";

/** Where the settings of a model are: in its folder, named after the file where the model is one of several. */
export const tunedPath = (folder: string, file: string | undefined): string =>
  file === undefined ? join(folder, tunedFileOf(undefined)) : tunedFileOf(file);

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

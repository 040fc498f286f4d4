/** @file calig.json beside a model: what `calig tune` chose for it and what `calig calibrate` measured of it. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TunedSettings } from "@calig/core/internal/attribution/tuned";
import type { StoredCard } from "@calig/core/internal/loading/model-card";
import { parseSettings, STORED_VERSION, settingsFileOf } from "@calig/core/internal/loading/stored-settings";
import { writeFailure } from "../util/file-failure.ts";

/** Where the settings of a model are: in its folder, named after the file where the model is one of several. */
export const settingsPath = (folder: string, file: string | undefined): string =>
  file === undefined ? join(folder, settingsFileOf(undefined)) : settingsFileOf(file);

/**
 * Stores settings or a card beside a model; the other of the two stays, and an older file until the new one is complete.
 *
 * @param blocks - Of the model.
 * @throws {CheckpointError} When there is a file that calig did not write.
 */
export async function writeSettings(
  path: string,
  { tuned, card }: { readonly tuned?: TunedSettings; readonly card?: StoredCard },
  blocks: number,
): Promise<void> {
  const text = await readIfThere(path);
  const before = text === undefined ? {} : parseSettings(text, path, blocks);
  const settings = tuned ?? before.tuned;
  const known = card === undefined ? before.card : { ...before.card, ...card };
  const whole = { version: STORED_VERSION, ...settings, ...(known === undefined ? {} : { card: known }) };
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, `${JSON.stringify(whole, null, 2)}\n`);
    await rename(partial, path);
  } catch (cause) {
    throw writeFailure(path, cause);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

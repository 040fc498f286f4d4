/** @file calig.json beside a model: the settings that `calig tune` chose for it. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FUSIONS, LAYER_WEIGHTS } from "../attribution/options.ts";
import type { TunedSettings } from "../attribution/tuned.ts";
import { CheckpointError } from "../errors.ts";

const FILE = "calig.json";
const VERSION = 1;

/** Where the settings of a model are: in its folder, named after the file where the model is one of several. */
export const tunedPath = (folder: string, file: string | undefined): string =>
  file === undefined ? join(folder, FILE) : `${file.replace(/\.onnx$/i, "")}.${FILE}`;

/** The settings stored beside a model, or undefined. @throws {CheckpointError} When the file is not what calig wrote. */
export async function readTuned(path: string, blocks: number): Promise<TunedSettings | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CheckpointError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  const problems: string[] = [];
  let found: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) found = parsed as Record<string, unknown>;
    else problems.push("it is no JSON object");
  } catch (error) {
    problems.push(`it is no JSON: ${(error as Error).message}`);
  }
  const { version, fusion, lambda, layerWeights, chosenBy } = found;
  if (problems.length === 0) {
    const among = (value: unknown, names: readonly string[]) => typeof value === "string" && names.includes(value);
    const share = (value: unknown) => typeof value === "number" && value >= 0 && value <= Number.MAX_VALUE;
    const list = Array.isArray(layerWeights) && layerWeights.length === blocks && layerWeights.every(share);
    if (version !== VERSION) problems.push(`"version" is ${JSON.stringify(version)}, wanted ${VERSION}`);
    if (!among(fusion, FUSIONS)) problems.push(`"fusion" is none of ${FUSIONS.join(", ")}`);
    if (!share(lambda) || (lambda as number) > 1) problems.push('"lambda" is no number from 0 to 1');
    if (!among(layerWeights, LAYER_WEIGHTS) && !list) {
      problems.push(`"layerWeights" is none of ${LAYER_WEIGHTS.join(", ")}, nor a list of ${blocks} numbers`);
    }
    if (typeof chosenBy !== "object" || chosenBy === null) problems.push('"chosenBy" is missing');
  }
  if (problems.length > 0) {
    throw new CheckpointError(
      `Cannot use the tuned settings in ${path}: ${problems.join("; ")}; run calig tune again, or remove the file`,
    );
  }
  return { fusion, lambda, layerWeights, chosenBy } as TunedSettings;
}

/** Stores settings beside a model; an older file stays until the new one is complete. */
export async function writeTuned(path: string, settings: TunedSettings): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, `${JSON.stringify({ version: VERSION, ...settings }, null, 2)}\n`);
  await rename(partial, path);
}

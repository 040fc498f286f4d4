/** @file What calig.json beside a model says: the settings that `calig tune` chose for it. */

import { FUSIONS, LAYER_WEIGHTS } from "../attribution/option-words.ts";
import type { TunedSettings } from "../attribution/tuned.ts";
import { CheckpointError } from "../errors.ts";
import { streamOf } from "../transformer/anatomy.ts";
import { parseJson } from "../util/parse-json.ts";
import type { ModelParts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";

const FILE = "calig.json";
export const TUNED_VERSION = 1;

/** Name of the file: after the ONNX or GGUF file where the model is one of several, given with its folder or without. */
export const tunedFileOf = (onnx: string | undefined): string =>
  onnx === undefined ? FILE : `${onnx.replace(/\.(onnx|gguf)$/i, "")}.${FILE}`;

/** The settings stored beside a model. @throws {CheckpointError} When the file is not what calig wrote. */
export async function readTuned(
  store: ModelStore,
  onnx: string | undefined,
  { forward }: Pick<ModelParts, "forward">,
): Promise<TunedSettings | undefined> {
  const path = tunedFileOf(onnx);
  const text = await store.text(path);
  return text === undefined
    ? undefined
    : parseTuned(text, `${store.where}/${path}`, streamOf(forward.anatomy).hiddenStates.length);
}

/** @throws {CheckpointError} When the text is not what calig writes; lists all that is wrong. */
function parseTuned(text: string, path: string, blocks: number): TunedSettings {
  const problems: string[] = [];
  let found: Record<string, unknown> = {};
  try {
    const parsed: unknown = parseJson(text);
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
    if (version !== TUNED_VERSION) problems.push(`"version" is ${JSON.stringify(version)}, wanted ${TUNED_VERSION}`);
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

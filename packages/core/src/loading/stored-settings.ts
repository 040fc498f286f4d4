/** @file calig.json beside a model: the settings that `calig tune` chose for it, and what `calig calibrate` measured of it. */

import type { ModelCard, Warning } from "../attribution/explanation.ts";
import { FUSIONS, LAYER_WEIGHTS } from "../attribution/option-words.ts";
import type { TunedSettings } from "../attribution/tuned.ts";
import type { CommonWords } from "../attribution/typical.ts";
import { CheckpointError } from "../errors.ts";
import { streamOf } from "../transformer/anatomy.ts";
import { parseJson } from "../util/parse-json.ts";
import { cardIn, type StoredCard, trainedOnIn } from "./model-card.ts";
import type { ModelParts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";

const FILE = "calig.json";
const README = "README.md";
export const STORED_VERSION = 1;

/** What the file holds; either may be absent. */
export interface StoredSettings {
  readonly tuned?: TunedSettings;
  readonly card?: StoredCard;
}

/** What is known of a loaded model besides its weights. */
export interface KnownOfModel {
  readonly tuned?: TunedSettings;
  readonly card?: ModelCard;
  readonly commonWords?: CommonWords;
  readonly warnings: readonly Warning[];
}

/** Name of the file: after the ONNX or GGUF file where the model is one of several, given with its folder or without. */
export const settingsFileOf = (onnx: string | undefined): string =>
  onnx === undefined ? FILE : `${onnx.replace(/\.(onnx|gguf)$/i, "")}.${FILE}`;

/**
 * What is stored beside a model. Where no card says what it was trained on, its README.md does, in places that can be
 * listed.
 *
 * @throws {CheckpointError} When calig.json is not what calig wrote.
 */
export async function readKnown(
  store: ModelStore,
  onnx: string | undefined,
  { forward, weights }: Pick<ModelParts, "forward" | "weights">,
): Promise<KnownOfModel> {
  const path = settingsFileOf(onnx);
  const text = await store.text(path);
  const stored =
    text === undefined
      ? {}
      : parseSettings(text, `${store.where}/${path}`, streamOf(forward.anatomy).hiddenStates.length);
  const { tuned, card: found } = stored;
  const { sha256, commonWords, ...card } = found ?? {};
  const isOther = sha256 !== undefined && sha256 !== weights.sha256;
  const own = isOther ? {} : card;
  const said = own.trainedOn === undefined ? await saidInReadme(store) : undefined;
  const known: ModelCard = { ...own, ...(said === undefined ? {} : { trainedOn: { en: said } }) };
  return {
    ...(tuned === undefined ? {} : { tuned }),
    ...(Object.keys(known).length === 0 ? {} : { card: known }),
    ...(isOther || commonWords === undefined ? {} : { commonWords }),
    warnings: isOther ? [otherWeights(path)] : [],
  };
}

const otherWeights = (path: string): Warning => ({
  code: "card-of-other-weights",
  message: `What ${path} says of the model was measured on other weights (their SHA-256 is another one) and is not used; run calig calibrate again, or remove its "card"`,
});

/** Asked only where the place can be listed: it is no part of what loading needs. */
async function saidInReadme(store: ModelStore): Promise<string | undefined> {
  if (!store.listed || !(await store.list()).includes(README)) return undefined;
  const text = await store.text(README);
  return text === undefined ? undefined : trainedOnIn(text);
}

/** @throws {CheckpointError} When the text is not what calig writes; lists all that is wrong. */
export function parseSettings(text: string, path: string, blocks: number): StoredSettings {
  const problems: string[] = [];
  let found: Record<string, unknown> = {};
  try {
    const parsed: unknown = parseJson(text);
    if (typeof parsed === "object" && parsed !== null) found = parsed as Record<string, unknown>;
    else problems.push("it is no JSON object");
  } catch (error) {
    problems.push(`it is no JSON: ${(error as Error).message}`);
  }
  const { version, fusion, lambda, layerWeights, chosenBy, card: stored } = found;
  // A card without settings is a file of its own right; settings are there together or not at all.
  const isTuned = stored === undefined || [fusion, lambda, layerWeights, chosenBy].some((value) => value !== undefined);
  const { card, problems: ofCard } = cardIn(stored);
  if (problems.length === 0) {
    if (version !== STORED_VERSION) {
      problems.push(`"version" is ${JSON.stringify(version)}, wanted ${STORED_VERSION}`);
    }
    if (isTuned) problems.push(...problemsOf({ fusion, lambda, layerWeights, chosenBy }, blocks));
    problems.push(...ofCard);
  }
  if (problems.length > 0) {
    const what = isTuned ? "tuned settings" : "card";
    const command = isTuned ? "calig tune" : "calig calibrate";
    throw new CheckpointError(
      `Cannot use the ${what} in ${path}: ${problems.join("; ")}; run ${command} again, or remove the file`,
    );
  }
  return {
    ...(isTuned ? { tuned: { fusion, lambda, layerWeights, chosenBy } as TunedSettings } : {}),
    ...(card === undefined ? {} : { card }),
  };
}

function problemsOf(
  { fusion, lambda, layerWeights, chosenBy }: Readonly<Record<keyof TunedSettings, unknown>>,
  blocks: number,
): string[] {
  const problems: string[] = [];
  const among = (value: unknown, names: readonly string[]) => typeof value === "string" && names.includes(value);
  const share = (value: unknown) => typeof value === "number" && value >= 0 && value <= Number.MAX_VALUE;
  const list = Array.isArray(layerWeights) && layerWeights.length === blocks && layerWeights.every(share);
  if (!among(fusion, FUSIONS)) problems.push(`"fusion" is none of ${FUSIONS.join(", ")}`);
  if (!share(lambda) || (lambda as number) > 1) problems.push('"lambda" is no number from 0 to 1');
  if (!among(layerWeights, LAYER_WEIGHTS) && !list) {
    problems.push(`"layerWeights" is none of ${LAYER_WEIGHTS.join(", ")}, nor a list of ${blocks} numbers`);
  }
  if (typeof chosenBy !== "object" || chosenBy === null) problems.push('"chosenBy" is missing');
  return problems;
}

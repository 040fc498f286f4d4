/** @file A Hugging Face checkpoint in any store: its adapter, its weights, and what is computed of them. */

import { adaptedConfig, classesOf } from "../checkpoint/adapter/adapter.ts";
import { type CheckpointConfig, parseConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import type { StoredTensor } from "../onnx/model.ts";
import { familyOf } from "../transformer/family-of.ts";
import { parseJson } from "../util/parse-json.ts";
import { buildCheckpoint } from "./build-checkpoint.ts";
import { anyWeights, type CheckpointFiles, checkpointWeights } from "./checkpoint-weights.ts";
import { CONFIG, type Contents, type StoredConfig } from "./contents.ts";
import { adaptersBelow, type FoundAdapter, findAdapter } from "./find-adapter.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { prepareWeights } from "./prepare-weights.ts";
import { readSentenceModel, refuseHead } from "./sentence-model.ts";

/**
 * Builds a model from config.json, safetensors, and tokenizer or preprocessor files.
 *
 * @param own - What lies in the place.
 * @param beside - Weights that were found there already.
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family, or there is no head for classification.
 */
export async function loadCheckpoint(
  own: Contents,
  beside: CheckpointFiles | undefined,
  context: LoadContext,
): Promise<ModelParts> {
  const adapter = await findAdapter(own, beside !== undefined);
  const unused = adapter === undefined ? await adaptersBelow(own) : [];
  const base = adapter?.base ?? own;
  if (base.stored === undefined) throw missingConfig(base.store);
  const family = await familyOf(base.stored.config.modelType, context.knowledge.families); // before the weights are read
  const files = (base === own ? beside : undefined) ?? (await anyWeights(base));
  const weights = await checkpointWeights(files, adapter?.weights);
  const config =
    adapter === undefined ? base.stored.config : adapted(own.stored ?? base.stored, adapter, weights.adapter);
  const merge =
    adapter === undefined
      ? undefined
      : { settings: adapter.settings, tensors: weights.adapter, transposed: family.transposed };
  const prepared = await prepareWeights(weights.source, config, weights.read, merge);
  context.signal?.throwIfAborted();
  const sentences = await readSentenceModel(base, context.task === "similarity");
  if (sentences !== undefined) refuseHead(sentences, config);
  const source = { family, config, weights, prepared, places: [own, base] as const };
  const pair = family.towers?.(prepared.source);
  const parts = await (pair === undefined
    ? buildCheckpoint(sentences === undefined ? source : { ...source, sentences }, context)
    : (await import("./towers.ts")).buildTowers(source, pair, context));
  return { ...parts, warnings: [...prepared.warnings, ...parts.warnings, ...unused] };
}

const missingConfig = ({ where, remedy }: ModelStore): CheckpointError =>
  new CheckpointError(
    `Cannot load a model from "${where}": there is no "${CONFIG}"; ${remedy ?? "a Hugging Face model folder has one"}`,
    CONFIG,
  );

/** The configuration of a base model, with the head and the classes of the adapter. */
function adapted(
  { json }: StoredConfig,
  { settings }: FoundAdapter,
  tensors: ReadonlyMap<string, StoredTensor>,
): CheckpointConfig {
  const fields = parseJson(json) as Readonly<Record<string, unknown>>;
  return parseConfig(JSON.stringify(adaptedConfig(fields, settings, classesOf(tensors))), CONFIG);
}

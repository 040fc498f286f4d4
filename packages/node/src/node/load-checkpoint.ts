/** @file A Hugging Face checkpoint on disk: config.json and safetensors. */

import { readdir } from "node:fs/promises";
import { type CheckpointConfig, parseConfig } from "@calig/core/internal/checkpoint/config";
import { prepareCheckpoint } from "@calig/core/internal/loading/checkpoint-parts";
import type { Knowledge } from "@calig/core/internal/loading/knowledge";
import type { ModelParts } from "@calig/core/internal/loading/model-parts";
import { type PreparedWeights, prepareWeights, recordUse } from "@calig/core/internal/loading/prepare-weights";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { byteSize, isFloating } from "@calig/core/internal/tensor/dtype";
import { elementCount } from "@calig/core/internal/tensor/tensor";
import { familyOf } from "@calig/core/internal/transformer/families";
import type { WeightSource } from "@calig/core/internal/transformer/parameters";
import { adaptersBelow, findAdapter, readAdaptedConfig } from "./adapter-place.ts";
import { copyAsFloat32 } from "./float32-copy.ts";
import { type MemoryOptions, planWeights, weightMemory } from "./memory-check.ts";
import { preprocessorsIn, readText } from "./model-files.ts";
import { readRangeIn } from "./read-range.ts";
import { readWeights, type StoredWeightFacts } from "./weights.ts";

/** The parts of a model on disk, and whether its weights are to be held block by block. */
export interface StoredParts extends ModelParts<StoredWeightFacts> {
  readonly streamed: boolean;
}

/** What loading is done with. */
export interface LoadContext {
  /** What the caller called the model. */
  readonly source: string;
  readonly runtime: Runtime;
  readonly knowledge: Knowledge;
  readonly threads?: number;
  /** See `LoadOptions`. */
  readonly acceptDifference?: boolean;
  readonly memory: MemoryOptions;
  /** Weights of half precision are written out as float32 whatever their size: the device may not read them. */
  readonly float32?: boolean;
  readonly signal?: AbortSignal;
}

export const readConfig = async (folder: string): Promise<CheckpointConfig> =>
  parseConfig(await readText(folder, "config.json"), "config.json");

/**
 * Builds a model from a folder with config.json, model.safetensors (or shards) and tokenizer or preprocessor files.
 *
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family.
 */
export async function loadCheckpoint(
  folder: string,
  { source, knowledge, memory, float32 = false, signal }: LoadContext,
): Promise<StoredParts> {
  const adapter = await findAdapter(folder);
  const base = adapter?.base ?? folder;
  familyOf((await readConfig(base)).modelType, knowledge.families); // before the weights are read
  const weights = await readWeights(base, adapter?.folder);
  const config = adapter === undefined ? await readConfig(folder) : await readAdaptedConfig(adapter, weights.adapter);
  const merge = adapter === undefined ? undefined : { settings: adapter.settings, tensors: weights.adapter };
  const prepared = await prepareWeights(weights.source, config, readRangeIn(weights.folder), merge);
  signal?.throwIfAborted();
  const { source: recorded, used } = recordUse(prepared.source);
  const build = await prepareCheckpoint(
    config,
    recorded,
    preprocessorsIn(await preprocessorFolder(folder, base)),
    knowledge,
  );
  const computed = prepared.derived.size > 0;
  const needed = computed ? computedMemory(prepared.source, used) : weightMemory(weights.elements);
  const { streamed, copied, warnings } = planWeights(source, needed, true, memory);
  const stored =
    copied || computed || (float32 && needed.converted > 0)
      ? await copyAsFloat32(
          { ...weights, source: prepared.source },
          { names: weightsAmong(prepared, used), derived: prepared.derived },
        )
      : undefined;
  const tensors = stored ?? { ...weights, source: prepared.source };
  const parts = build(tensors.source);
  return {
    ...parts,
    weights,
    streamed,
    place: { weightsFolder: tensors.folder },
    ...(stored === undefined ? {} : { release: stored.release }),
    warnings: [
      ...prepared.warnings,
      ...parts.warnings,
      ...warnings,
      ...(adapter === undefined ? await adaptersBelow(folder) : []),
    ],
  };
}

/** Tokenizers and image processors are saved with adapters; where they are not, those of the base are meant. */
async function preprocessorFolder(folder: string, base: string): Promise<string> {
  if (folder === base) return folder;
  const names = await readdir(folder);
  return names.some((name) => /^(tokenizer\.json|vocab\.(txt|json)|preprocessor_config\.json|.*\.model)$/.test(name))
    ? folder
    : base;
}

/** Of the tensors that were looked at, those that programs read: not the positions of tokens that old files list. */
const weightsAmong = ({ source, derived }: PreparedWeights, used: Iterable<string>) =>
  [...used].filter((name) => derived.has(name) || isFloating(source.get(name).dtype));

/** What weights take once all of them lie in a file as float32. */
const computedMemory = (source: WeightSource, used: Iterable<string>) => ({
  mapped: [...used].reduce((sum, name) => sum + byteSize("float32", elementCount(source.get(name).shape)), 0),
  converted: 0,
});

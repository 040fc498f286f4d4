/** @file A Hugging Face checkpoint: config.json and safetensors, from which the family named there builds the graph. */

import { type CheckpointConfig, parseConfig } from "../checkpoint/config.ts";
import { processedSize } from "../input/image/process-image.ts";
import { familyOf } from "../transformer/families.ts";
import { copyAsFloat32 } from "./float32-copy.ts";
import { availableBytes, checkMemory, onceCopied, weightMemory, worthCopying } from "./memory-check.ts";
import { readImageProcessor, readText, readTokenizer } from "./model-files.ts";
import { activationOf, type LoadContext, type ModelParts } from "./model-parts.ts";
import { readWeights } from "./weights.ts";

export const readConfig = async (folder: string): Promise<CheckpointConfig> =>
  parseConfig(await readText(folder, "config.json"), "config.json");

/**
 * Builds a model from a folder with config.json, model.safetensors (or shards) and tokenizer or preprocessor files.
 *
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family.
 */
export async function loadCheckpoint(folder: string, { source, signal }: LoadContext): Promise<ModelParts> {
  const config = await readConfig(folder);
  const family = familyOf(config.modelType);
  const weights = await readWeights(folder);
  const memory = weightMemory(weights.elements);
  const copied = worthCopying(memory);
  const warnings = checkMemory(source, copied ? onceCopied(memory) : memory, availableBytes());
  signal?.throwIfAborted();
  const imageProcessor = family.kind === "image" ? await readImageProcessor(folder) : undefined;
  const inputSize = imageProcessor === undefined ? undefined : processedSize(imageProcessor);
  const build = { ...(inputSize === undefined ? {} : { inputSize }) };
  family.build(config, weights.source, build); // says what is wrong before anything is copied
  const maxLength = family.maxLength(config);
  const tokenizer = maxLength === undefined ? undefined : await readTokenizer(folder, maxLength);
  const stored = copied ? await copyAsFloat32(weights) : undefined;
  const tensors = (stored ?? weights).source;
  return {
    family: family.name,
    config,
    weights,
    weightsFolder: (stored ?? weights).folder,
    ...(stored === undefined ? {} : { release: stored.release }),
    forward: family.build(config, tensors, build),
    sweep: family.build(config, tensors, { ...build, lastBlock: "pooled" }),
    labels: config.labels,
    activation: activationOf(config, config.labels),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(imageProcessor === undefined ? {} : { imageProcessor }),
    warnings,
    notes: [],
  };
}

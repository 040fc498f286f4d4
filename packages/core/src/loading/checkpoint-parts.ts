/** @file A Hugging Face checkpoint: the family that its configuration names builds the graphs. Opens no files. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { checkFixedSizes, storedBytes } from "../graph/fixed-sizes.ts";
import { processedSize } from "../input/image/process-image.ts";
import { modalityOf } from "../modality/modalities.ts";
import { checkHead } from "../transformer/check-head.ts";
import { checkSizes } from "../transformer/check-sizes.ts";
import { familyOf } from "../transformer/families.ts";
import { familyConfig } from "../transformer/family-config.ts";
import type { WeightSource } from "../transformer/parameters.ts";
import { checkpointHead } from "./head.ts";
import type { Knowledge } from "./knowledge.ts";
import { type ModelParts, type Preprocessors, tokenizerFacts } from "./model-parts.ts";
import { unusedTensors } from "./unused-tensors.ts";

/** A checkpoint without its weights; warnings are those of its configuration and of tensors that nothing reads. */
export type CheckpointParts = Omit<ModelParts, "weights" | "place" | "read" | "streamed" | "release">;

/**
 * Checks a checkpoint and reads what lies beside it.
 *
 * @param weights - All tensors that the configuration asks for.
 * @param knowledge - Families, kinds of inputs and gradient rules.
 * @returns Builds the graphs on the same tensors, wherever they are stored by then.
 * @throws {CheckpointError} When files are missing or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family, or there is no head for classification.
 */
export async function prepareCheckpoint(
  stated: CheckpointConfig,
  weights: WeightSource,
  preprocessors: Preprocessors,
  { families, modalities, rules }: Knowledge,
): Promise<(weights: WeightSource) => CheckpointParts> {
  const family = familyOf(stated.modelType, families);
  const config = familyConfig(family, stated);
  const imageProcessor = family.kind === "image" ? await preprocessors.imageProcessor() : undefined;
  const inputSize = imageProcessor === undefined ? undefined : processedSize(imageProcessor);
  const build = { ...(inputSize === undefined ? {} : { inputSize }) };
  if (family.kind === "text") checkHead(config, weights);
  checkSizes(config, weights);
  const model = family.build(config, weights, build); // says what is wrong before anything is copied
  checkFixedSizes(model.graph, model.opsets, storedBytes(model.graph));
  const warnings = unusedTensors(weights, model, family.unread);
  const maxLength = family.maxLength(config);
  const tokenizer =
    maxLength === undefined ? undefined : await preprocessors.tokenizer(tokenizerFacts(config, model, maxLength));
  const { warnings: surprises, ...head } = checkpointHead(config, model.anatomy);
  return (tensors) => ({
    family: family.name,
    config,
    forward: family.build(config, tensors, build),
    sweep: family.build(config, tensors, { ...build, lastBlock: "pooled" }),
    modality: modalityOf(model.anatomy.kind, modalities),
    rules,
    ...head,
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(imageProcessor === undefined ? {} : { imageProcessor }),
    warnings: [...surprises, ...warnings],
    notes: [],
  });
}

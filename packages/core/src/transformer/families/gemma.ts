/** @file Gemma (2024): weights of normalisations are distances from 1, word vectors are scaled. From Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { llamaFamily } from "../llama-family.ts";
import type { LlamaSizes } from "../llama-sizes.ts";

export const gemma = llamaFamily({ name: "gemma", modelTypes: ["gemma"], sizes: ofGemma });

/**
 * What all Gemmas have in common.
 *
 * @throws {UnsupportedModelError} When tokens see later ones.
 */
export function ofGemma(config: CheckpointConfig, { width, act }: LlamaSizes) {
  if (config.boolean("use_bidirectional_attention", false)) {
    throw new UnsupportedModelError(
      `Cannot build the model: ${config.file} asks for attention in both directions ("use_bidirectional_attention"), and calig builds Gemma as a decoder, whose tokens see no later ones; export the model to ONNX and give that file instead`,
      [{ reason: "use_bidirectional_attention" }],
    );
  }
  return { act: config.string("hidden_activation", act), normOffset: 1, wordScale: Math.sqrt(width) };
}

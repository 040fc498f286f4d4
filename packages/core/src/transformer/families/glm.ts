/** @file GLM-4 (2024): a part of each head turned, neighbours together, gates out of one matrix with what they open. From Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { llamaFamily } from "../llama-family.ts";

const sizes = (config: CheckpointConfig) =>
  ({
    gates: "fused",
    rotaryPairs: "neighbours",
    biases: { queryKeyValue: config.boolean("attention_bias", false), output: false, feedForward: false },
  }) as const;

export const glm = llamaFamily({ name: "glm", modelTypes: ["glm"], sizes });

/** Normalised behind each part, too. */
export const glm4 = llamaFamily({
  name: "glm4",
  modelTypes: ["glm4"],
  sizes: (config) => ({
    ...sizes(config),
    norms: {
      beforeAttention: "input_layernorm",
      behindAttention: "post_self_attn_layernorm",
      beforeFeedForward: "post_attention_layernorm",
      behindFeedForward: "post_mlp_layernorm",
    },
  }),
});

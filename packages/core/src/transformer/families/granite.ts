/** @file Granite 3 (IBM 2024): Llama whose words, scores, parts and logits are scaled. From Hugging Face checkpoints. */

import { above, llamaFamily } from "../llama-family.ts";

export const granite = llamaFamily({
  name: "granite",
  modelTypes: ["granite"],
  sizes: (config) => ({
    wordScale: config.number("embedding_multiplier", 1),
    scale: config.number("attention_multiplier", 1),
    partScale: config.number("residual_multiplier", 1),
  }),
  head: (config) => ({ logitScale: 1 / above(config, "logits_scaling", config.number("logits_scaling", 1)) }),
});

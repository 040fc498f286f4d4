/** @file OLMo 2 (2024): normalised behind each part alone, queries and keys over all heads together. From Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";
import { NORMS_BEHIND } from "../llama-sizes.ts";

export const olmo2 = llamaFamily({
  name: "olmo2",
  modelTypes: ["olmo2"],
  sizes: () => ({ norms: NORMS_BEHIND, normalisesQueries: "together" }),
});

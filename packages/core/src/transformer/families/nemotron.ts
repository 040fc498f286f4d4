/** @file Nemotron (Parmar et al. 2024): LayerNorm whose weights are distances from 1, no gates. From Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";

export const nemotron = llamaFamily({
  name: "nemotron",
  modelTypes: ["nemotron"],
  fields: (stated) => ({
    ...stated,
    rms_norm_eps: stated.norm_eps,
  }),
  sizes: () => ({ norm: "layer", normOffset: 1, gates: "none" }),
});

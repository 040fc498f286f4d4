/** @file OLMo (Groeneveld et al. 2024): LayerNorm without weights. From Hugging Face checkpoints. */

import { bend, llamaFamily } from "../llama-family.ts";

export const olmo = llamaFamily({
  name: "olmo",
  modelTypes: ["olmo"],
  fields: (stated) => ({ ...stated, rms_norm_eps: 1e-5 }),
  sizes: (config) => ({ norm: "layer-without-weights", clip: bend(config, "clip_qkv") }),
});

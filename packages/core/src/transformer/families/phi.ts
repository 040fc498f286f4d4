/** @file Phi 1, 1.5 and 2 (Gunasekar et al. 2023): LayerNorm, both parts of a block read the same normalised state. From Hugging Face checkpoints. */

import { refuseField } from "../family-config.ts";
import { llamaFamily } from "../llama-family.ts";

export const phi = llamaFamily({
  name: "phi",
  modelTypes: ["phi"],
  fields: (stated) => ({
    ...stated,
    rms_norm_eps: stated.layer_norm_eps,
  }),
  sizes(config) {
    refuseField(config, "qk_layernorm", "normalises queries and keys");
    return {
      norm: "layer",
      parallel: true,
      norms: { beforeAttention: "input_layernorm", beforeFeedForward: "input_layernorm" },
      gates: "none",
      biases: { queryKeyValue: true, output: true, feedForward: true },
      names: { last: "final_layernorm", output: "dense", up: "fc1", down: "fc2" },
    };
  },
  head: () => ({ headBias: true }),
});

/** @file StarCoder2 (Lozhkov et al. 2024): LayerNorm, no gates, biases. From Hugging Face checkpoints. */

import { llamaFamily, windowSize } from "../llama-family.ts";

export const starcoder2 = llamaFamily({
  name: "starcoder2",
  modelTypes: ["starcoder2"],
  fields: (stated) => ({ ...stated, rms_norm_eps: stated.norm_epsilon }),
  sizes(config) {
    const bias = config.boolean("use_bias", true);
    const size = windowSize(config);
    return {
      norm: "layer",
      gates: "none",
      biases: { queryKeyValue: bias, output: bias, feedForward: bias },
      names: { up: "c_fc", down: "c_proj" },
      window: () => size,
    };
  },
});

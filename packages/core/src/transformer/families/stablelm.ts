/** @file StableLM (Bellagente et al. 2024): Llama with LayerNorm, a part of each head turned. From Hugging Face checkpoints. */

import { refuseField } from "../family-config.ts";
import { llamaFamily } from "../llama-family.ts";

export const stablelm = llamaFamily({
  name: "stablelm",
  modelTypes: ["stablelm"],
  fields: (stated) => ({
    ...stated,
    rms_norm_eps: stated.layer_norm_eps,
  }),
  sizes(config) {
    refuseField(config, "qk_layernorm", "normalises queries and keys of each head by weights of its own");
    const parallel = config.boolean("use_parallel_residual", false);
    return {
      norm: "layer",
      parallel,
      norms: {
        beforeAttention: "input_layernorm",
        beforeFeedForward: parallel ? "input_layernorm" : "post_attention_layernorm",
      },
      biases: { queryKeyValue: config.boolean("use_qkv_bias", false), output: false, feedForward: false },
    };
  },
});

/** @file GPT-NeoX and Pythia (Black et al. 2022): LayerNorm, both parts of a block read the same, a part of each head is turned. From Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";

export const gptNeox = llamaFamily({
  name: "gpt_neox",
  modelTypes: ["gpt_neox"],
  unread: /\.rotary_emb\.inv_freq$|\.attention\.(bias|masked_bias)$/,
  fields: (stated) => ({
    ...stated,
    rms_norm_eps: stated.layer_norm_eps,
    rope_theta: stated.rope_theta ?? stated.rotary_emb_base,
    partial_rotary_factor: stated.partial_rotary_factor ?? stated.rotary_pct,
  }),
  sizes(config) {
    const bias = config.boolean("attention_bias", true);
    return {
      norm: "layer",
      parallel: config.boolean("use_parallel_residual", true),
      fused: "groups",
      gates: "none",
      biases: { queryKeyValue: bias, output: bias, feedForward: true },
      names: {
        last: "final_layer_norm",
        attention: "attention",
        together: "query_key_value",
        output: "dense",
        up: "dense_h_to_4h",
        down: "dense_4h_to_h",
      },
    };
  },
  head: () => ({ prefix: "gpt_neox", table: "embed_in", headName: "embed_out" }),
});

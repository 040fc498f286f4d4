/** @file StarCoder and SantaCoder (Allal et al. 2023): GPT-2 whose queries share one key, matrices stored [out, in]. From Hugging Face checkpoints. */

import { refuseField } from "../family-config.ts";
import { llamaFamily } from "../llama-family.ts";

export const gptBigcode = llamaFamily({
  name: "gpt_bigcode",
  modelTypes: ["gpt_bigcode"],
  unread: /\.attn\.(bias|masked_bias)$/,
  maxLength: (config) => config.integer("max_position_embeddings"),
  fields: (stated) => ({
    ...stated,
    intermediate_size: stated.n_inner ?? 4 * Number(stated.hidden_size),
    hidden_act: stated.activation_function ?? "gelu_pytorch_tanh",
    rms_norm_eps: stated.layer_norm_epsilon ?? 1e-5,
    num_key_value_heads: stated.multi_query === false ? stated.num_attention_heads : 1,
  }),
  sizes(config, { headSize }) {
    refuseField(config, "add_cross_attention", "asks for attention to another model");
    return {
      norm: "layer",
      norms: { beforeAttention: "ln_1", beforeFeedForward: "ln_2" },
      fused: config.boolean("multi_query", true) ? "parts" : "groups",
      scale: config.boolean("scale_attn_weights", true) ? 1 / Math.sqrt(headSize) : 1,
      gates: "none",
      biases: { queryKeyValue: true, output: true, feedForward: true },
      names: {
        blocks: "h",
        last: "ln_f",
        attention: "attn",
        together: "c_attn",
        output: "c_proj",
        up: "c_fc",
        down: "c_proj",
      },
      positions: { name: "wpe", rows: config.integer("max_position_embeddings"), first: 0 },
      rotary: () => undefined,
    };
  },
  head: () => ({ prefix: "transformer", table: "wte" }),
});

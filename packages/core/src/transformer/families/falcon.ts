/** @file Falcon (Almazrouei et al. 2023): LayerNorm, queries of one matrix with the keys that they share. From Hugging Face checkpoints. */

import { refuseField } from "../family-config.ts";
import { llamaFamily } from "../llama-family.ts";

export const falcon = llamaFamily({
  name: "falcon",
  modelTypes: ["falcon"],
  maxLength: (config) => config.integer("max_position_embeddings", 2048),
  fields(stated) {
    const heads = stated.num_attention_heads ?? stated.n_head ?? 71;
    const isNew = stated.new_decoder_architecture === true;
    const own = isNew || stated.multi_query === false ? (stated.num_kv_heads ?? heads) : 1;
    return {
      ...stated,
      num_attention_heads: heads,
      num_hidden_layers: stated.num_hidden_layers ?? stated.n_layer ?? 32,
      num_key_value_heads: own,
      intermediate_size: stated.ffn_hidden_size ?? 4 * Number(stated.hidden_size),
      hidden_act: stated.activation ?? "gelu",
      rms_norm_eps: stated.layer_norm_epsilon ?? 1e-5,
    };
  },
  sizes(config) {
    refuseField(
      config,
      "alibi",
      "adds a bias to scores that transformers' own ways of computing attention do not agree about",
    );
    const isNew = config.boolean("new_decoder_architecture", false);
    const parallel = config.boolean("parallel_attn", true);
    const norms = config.integer("num_ln_in_parallel_attn", isNew ? 2 : 1);
    const bias = config.boolean("bias", false);
    return {
      norm: "layer",
      parallel,
      norms: !parallel
        ? { beforeAttention: "input_layernorm", beforeFeedForward: "post_attention_layernorm" }
        : isNew && norms === 2
          ? { beforeAttention: "ln_attn", beforeFeedForward: "ln_mlp" }
          : { beforeAttention: "input_layernorm", beforeFeedForward: "input_layernorm" },
      fused: "groups",
      gates: "none",
      biases: { queryKeyValue: bias, output: bias, feedForward: bias },
      names: {
        blocks: "h",
        last: "ln_f",
        attention: "self_attention",
        together: "query_key_value",
        output: "dense",
        up: "dense_h_to_4h",
        down: "dense_4h_to_h",
      },
    };
  },
  head: () => ({ prefix: "transformer", table: "word_embeddings" }),
});

/** @file BLOOM (Le Scao et al. 2022): scores fall with the distance of the key, word vectors are normalised. From Hugging Face checkpoints. */

import { slopesOf } from "../alibi.ts";
import { refuseField } from "../family-config.ts";
import { llamaFamily } from "../llama-family.ts";

export const bloom = llamaFamily({
  name: "bloom",
  modelTypes: ["bloom"],
  /** That of the texts it was trained with. */
  maxLength: (config) => config.integer("seq_length", 2048),
  fields(stated) {
    const width = stated.hidden_size ?? stated.n_embed ?? 64;
    return {
      ...stated,
      hidden_size: width,
      num_hidden_layers: stated.num_hidden_layers ?? stated.n_layer ?? 2,
      num_attention_heads: stated.num_attention_heads ?? stated.n_head ?? 8,
      intermediate_size: 4 * Number(width),
      hidden_act: "gelu_new",
      rms_norm_eps: stated.layer_norm_epsilon ?? 1e-5,
    };
  },
  sizes(config, { heads }) {
    refuseField(config, "apply_residual_connection_post_layernorm", "adds parts to normalised states");
    return {
      norm: "layer",
      fused: "groups",
      gates: "none",
      biases: { queryKeyValue: true, output: true, feedForward: true },
      names: {
        blocks: "h",
        last: "ln_f",
        attention: "self_attention",
        together: "query_key_value",
        output: "dense",
        up: "dense_h_to_4h",
        down: "dense_4h_to_h",
      },
      wordNorm: "word_embeddings_layernorm",
      slopes: slopesOf(heads),
      rotary: () => undefined,
    };
  },
  head: () => ({ prefix: "transformer", table: "word_embeddings" }),
});

/** @file MPT (MosaicML 2023): scores fall with the distance of the key, LayerNorm without a shift, no biases. From Hugging Face checkpoints. */

import { isRecord } from "../../checkpoint/json-fields.ts";
import { slopesOfMpt } from "../alibi.ts";
import { refuseField } from "../family-config.ts";
import { bend, llamaFamily } from "../llama-family.ts";

export const mpt = llamaFamily({
  name: "mpt",
  modelTypes: ["mpt"],
  maxLength: (config) => config.integer("max_seq_len", 2048),
  fields(stated) {
    const width = stated.hidden_size ?? stated.d_model ?? 2048;
    const { attn_config: attention } = stated;
    return {
      ...stated,
      ...(isRecord(attention) ? attention : {}),
      hidden_size: width,
      num_hidden_layers: stated.num_hidden_layers ?? stated.n_layers ?? 24,
      num_attention_heads: stated.num_attention_heads ?? stated.n_heads ?? 16,
      intermediate_size: 4 * Number(width),
      hidden_act: "gelu",
      rms_norm_eps: stated.layer_norm_epsilon ?? 1e-5,
    };
  },
  sizes(config, { heads, headSize }) {
    refuseField(config, "qk_ln", "normalises queries and keys");
    return {
      norm: "layer-without-shift",
      norms: { beforeAttention: "norm_1", beforeFeedForward: "norm_2" },
      fused: "parts",
      gates: "none",
      biases: { queryKeyValue: false, output: false, feedForward: false },
      names: {
        blocks: "blocks",
        last: "norm_f",
        attention: "attn",
        together: "Wqkv",
        output: "out_proj",
        feedForward: "ffn",
        up: "up_proj",
        down: "down_proj",
      },
      clip: bend(config, "clip_qkv"),
      scale: config.number("softmax_scale", 1 / Math.sqrt(headSize)),
      slopes: slopesOfMpt(heads, config.number("alibi_bias_max", 8)),
      rotary: () => undefined,
    };
  },
  head: () => ({ prefix: "transformer", table: "wte" }),
});

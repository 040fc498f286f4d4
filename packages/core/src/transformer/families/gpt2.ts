/** @file GPT-2 (Radford et al. 2019), to predict next tokens or to classify, from Hugging Face checkpoints. */

import { UnsupportedModelError } from "../../errors.ts";
import { buildDecoder } from "../decoder-model.ts";
import type { ModelFamily } from "../family.ts";
import { gpt2Blocks } from "../gpt2-blocks.ts";

export const gpt2: ModelFamily = {
  name: "gpt2",
  modelTypes: ["gpt2"],
  kind: "text",
  decoder: true,
  /** Masks that old checkpoints list. */
  unread: /\.attn\.(bias|masked_bias)$/,
  transposed: /\.(c_attn|c_proj|c_fc)\.weight$/,
  maxLength: (config) => config.integer("max_position_embeddings"),
  build(config, weights, options = {}) {
    if (config.boolean("add_cross_attention", false)) {
      throw new UnsupportedModelError(
        `Cannot build the model: ${config.file} asks for attention to another model ("add_cross_attention"), and calig builds GPT-2 alone; give a model without`,
        [{ reason: "add_cross_attention" }],
      );
    }
    const width = config.integer("hidden_size");
    const heads = config.integer("num_attention_heads");
    const usual = config.boolean("scale_attn_weights", true) ? 1 / Math.sqrt(width / heads) : 1;
    const byBlock = config.boolean("scale_attn_by_inverse_layer_idx", false);
    const sizes = {
      ...{ width, heads },
      inner: config.integer("n_inner", 4 * width),
      blocks: config.integer("num_hidden_layers"),
      positions: config.integer("max_position_embeddings"),
      vocabulary: config.integer("vocab_size"),
      epsilon: config.number("layer_norm_epsilon"),
      act: config.string("activation_function"),
      scale: (block: number) => (byBlock ? usual / (block + 1) : usual),
    };
    return buildDecoder(config, weights, options, {
      name: "gpt2",
      ...{ width, heads, vocabulary: sizes.vocabulary },
      prefix: "transformer",
      table: "wte",
      decode: (model) => gpt2Blocks(model, sizes),
    });
  },
};

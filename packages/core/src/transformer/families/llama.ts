/** @file Llama (Touvron et al. 2023) and models of its architecture, to predict next tokens or to classify, from Hugging Face checkpoints. */

import { buildDecoder } from "../decoder-model.ts";
import type { ModelFamily } from "../family.ts";
import { llamaBlocks, llamaSizes } from "../llama-blocks.ts";

export const llama: ModelFamily = {
  name: "llama",
  modelTypes: ["llama"],
  kind: "text",
  decoder: true,
  unread: /\.rotary_emb\.inv_freq$/,
  maxLength: (config) => config.integer("max_position_embeddings"),
  build(config, weights, options = {}) {
    const sizes = llamaSizes(config);
    return buildDecoder(config, weights, options, {
      name: "llama",
      ...sizes,
      prefix: "model",
      table: "embed_tokens",
      wordsAs: "hidden_state.0",
      decode: (model) => llamaBlocks(model, sizes),
    });
  },
};

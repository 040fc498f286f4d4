/**
 * @file DistilBERT (Sanh et al. 2019) with a classification head, from Hugging Face checkpoints: BERT without types, under
 * names of its own, and a head with ReLU.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { embed } from "../embeddings.ts";
import type { ModelFamily } from "../family.ts";
import { additiveMask } from "../layers.ts";
import type { Parameters } from "../parameters.ts";
import { type PostNormLayers, type PostNormSizes, plainAttention, postNormBlocks } from "../post-norm.ts";
import { buildTextModel, denseHead } from "../text-model.ts";

export const distilbert: ModelFamily = {
  name: "distilbert",
  modelTypes: ["distilbert"],
  kind: "text",
  maxLength: (config) => config.integer("max_position_embeddings", 512),
  build(config, weights, options = {}) {
    const sizes = readSizes(config);
    const { width, epsilon } = sizes;
    const vocabulary = config.integer("vocab_size");
    const positions = config.integer("max_position_embeddings", 512);
    return buildTextModel(config, weights, options, {
      name: "distilbert",
      prefix: "distilbert",
      types: 0,
      sizes,
      encode({ builder, encoder, ids, mask, pooled }) {
        const tables = { vocabulary, positions, types: 0, width, epsilon };
        const { hidden, words } = embed(builder, encoder.at("embeddings"), tables, { ids }, "hidden_state.0");
        const attend = plainAttention(builder, sizes, additiveMask(builder, mask));
        const blocks = Array.from({ length: config.integer("n_layers") }, (_, b) =>
          layersOf(encoder.at(`transformer.layer.${b}`)),
        );
        return { ...postNormBlocks(builder, hidden, blocks, sizes, { attend, pooled }), words };
      },
      maskedHead: ({ all, encoder }) => ({
        dense: all.at("vocab_transform"),
        norm: all.at("vocab_layer_norm"),
        words: all.at("vocab_projector"),
        table: encoder.at("embeddings.word_embeddings"),
        act: sizes.act,
        epsilon: epsilon,
        width: width,
        inner: width,
      }),
      sequenceLogits: (model, state) =>
        denseHead(model, state, {
          dense: model.all.at("pre_classifier"),
          act: "relu",
          project: model.all.at("classifier"),
          width,
        }),
    });
  },
};

function readSizes(config: CheckpointConfig): PostNormSizes {
  return {
    width: config.integer("dim"),
    heads: config.integer("n_heads"),
    inner: config.integer("hidden_dim"),
    epsilon: 1e-12,
    act: config.string("activation", "gelu"),
  };
}

function layersOf(block: Parameters): PostNormLayers {
  return {
    query: block.at("attention.q_lin"),
    key: block.at("attention.k_lin"),
    value: block.at("attention.v_lin"),
    mix: block.at("attention.out_lin"),
    mixNorm: block.at("sa_layer_norm"),
    expand: block.at("ffn.lin1"),
    contract: block.at("ffn.lin2"),
    norm: block.at("output_layer_norm"),
  };
}

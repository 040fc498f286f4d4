/**
 * @file ALBERT (Lan et al. 2020) with a classification head, from Hugging Face checkpoints: narrow embeddings, and few
 * sets of weights that many blocks share. Every use of a set is a block of its own.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { bertSizes, bertTables } from "../bert-encoder.ts";
import { embed } from "../embeddings.ts";
import type { ModelFamily } from "../family.ts";
import { additiveMask, linear } from "../layers.ts";
import type { Parameters } from "../parameters.ts";
import { type PostNormLayers, plainAttention, postNormBlocks } from "../post-norm.ts";
import { buildTextModel, denseHead } from "../text-model.ts";

export const albert: ModelFamily = {
  name: "albert",
  modelTypes: ["albert"],
  kind: "text",
  maxLength: (config) => config.integer("max_position_embeddings"),
  build(config, weights, options = {}) {
    const sizes = { ...bertSizes(config), act: config.string("hidden_act", "gelu_new") };
    const { width, epsilon } = sizes;
    const types = config.integer("type_vocab_size", 2);
    const narrow = config.integer("embedding_size", 128);
    return buildTextModel(config, weights, options, {
      name: "albert",
      prefix: "albert",
      types,
      sizes,
      encode({ builder, encoder, ids, typeIds, mask, pooled }) {
        const tables = { ...bertTables(config, types), width: narrow, epsilon };
        const inputs = { ids, typeIds };
        const { hidden: embedded, words } = embed(builder, encoder.at("embeddings"), tables, inputs, "embeddings");
        const wide = linear(builder, embedded, encoder.at("encoder.embedding_hidden_mapping_in"), narrow, width);
        const hidden = builder.emit("Identity", [wide], { output: "hidden_state.0" });
        const attend = plainAttention(builder, sizes, additiveMask(builder, mask));
        const blocks = usesOf(encoder, config);
        return { ...postNormBlocks(builder, hidden, blocks, sizes, { attend, pooled }), words };
      },
      maskedHead: ({ all, encoder }) => ({
        dense: all.at("predictions.dense"),
        norm: all.at("predictions.LayerNorm"),
        words: all.at("predictions"),
        decoder: "decoder",
        table: encoder.at("embeddings.word_embeddings"),
        act: sizes.act,
        epsilon: epsilon,
        width: width,
        inner: narrow,
      }),
      sequenceLogits: (model, state) =>
        denseHead(model, state, {
          dense: model.encoder.at("pooler"),
          act: "tanh",
          project: model.all.at("classifier"),
          width,
        }),
    });
  },
};

/** The weights that each block uses: consecutive layers share a group, and a layer runs all members of its group. */
function usesOf(encoder: Parameters, config: CheckpointConfig): readonly PostNormLayers[] {
  const layers = config.integer("num_hidden_layers");
  const groups = config.integer("num_hidden_groups", 1);
  const members = config.integer("inner_group_num", 1);
  return Array.from({ length: layers * members }, (_, use) => {
    const group = Math.floor((Math.floor(use / members) * groups) / layers);
    return layersOf(encoder.at(`encoder.albert_layer_groups.${group}.albert_layers.${use % members}`));
  });
}

function layersOf(block: Parameters): PostNormLayers {
  return {
    query: block.at("attention.query"),
    key: block.at("attention.key"),
    value: block.at("attention.value"),
    mix: block.at("attention.dense"),
    mixNorm: block.at("attention.LayerNorm"),
    expand: block.at("ffn"),
    contract: block.at("ffn_output"),
    norm: block.at("full_layer_layer_norm"),
  };
}

/**
 * @file MPNet (Song et al. 2020) with a classification head, from Hugging Face checkpoints: RoBERTa without types, whose
 * attention scores have a bias for the distance of key and query, the same in all blocks.
 */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import { intTensor } from "../../tensor/tensor.ts";
import { bertSizes, bertTables } from "../bert-encoder.ts";
import { embed, lookUp, positionsAfterPadding } from "../embeddings.ts";
import type { ModelFamily } from "../family.ts";
import { additiveMask } from "../layers.ts";
import { robertaHead } from "../masked-head.ts";
import type { Parameters } from "../parameters.ts";
import { type Attend, type PostNormLayers, plainAttention, postNormBlocks } from "../post-norm.ts";
import { bidirectionalBucket, keyMinusQuery } from "../relative-positions.ts";
import { buildTextModel, denseHead } from "../text-model.ts";

/** The original code has these as constants; the id of the padding token as well. */
const BUCKETS = 32;
const FURTHEST = 128;
const PADDING = 1;

export const mpnet: ModelFamily = {
  name: "mpnet",
  modelTypes: ["mpnet"],
  kind: "text",
  /** No token has a position up to that of padding. */
  maxLength: (config) => config.integer("max_position_embeddings") - PADDING - 1,
  build(config, weights, options = {}) {
    const sizes = bertSizes(config);
    const { width, heads, epsilon } = sizes;
    return buildTextModel(config, weights, options, {
      name: "mpnet",
      prefix: "mpnet",
      types: 0,
      sizes,
      encode({ builder, encoder, ids, mask, pooled }) {
        const tables = { ...bertTables(config, 0), width, epsilon };
        const inputs = { ids, positionIds: positionsAfterPadding(builder, ids, PADDING) };
        const { hidden, words } = embed(builder, encoder.at("embeddings"), tables, inputs, "hidden_state.0");
        const bias = distanceBias(builder, encoder.at("encoder.relative_attention_bias"), config, heads, hidden);
        const scores = builder.add(bias, additiveMask(builder, mask)); // [batch, heads, queries, keys]
        const attend: Attend = (site) =>
          plainAttention(builder, sizes, site.pooled ? builder.slice(scores, 2, 0, 1) : scores)(site);
        const blocks = Array.from({ length: config.integer("num_hidden_layers") }, (_, b) =>
          layersOf(encoder.at(`encoder.layer.${b}`)),
        );
        return { ...postNormBlocks(builder, hidden, blocks, sizes, { attend, pooled }), words };
      },
      maskedHead: (model) => robertaHead(model, sizes),
      sequenceLogits: (model, state) =>
        denseHead(model, state, {
          dense: model.all.at("classifier.dense"),
          act: "tanh",
          project: model.all.at("classifier.out_proj"),
          width,
        }),
    });
  },
};

/** [heads, queries, keys] */
function distanceBias(
  builder: GraphBuilder,
  parameters: Parameters,
  config: CheckpointConfig,
  heads: number,
  like: string,
): string {
  const furthest = config.integer("max_position_embeddings") - 1;
  const buckets = Array.from({ length: 2 * furthest + 1 }, (_, i) =>
    bidirectionalBucket(i - furthest, BUCKETS, FURTHEST),
  );
  const table = builder.constant(intTensor(buckets, [buckets.length]), "distance_buckets");
  const row = builder.add(keyMinusQuery(builder, like), builder.integers([furthest]));
  const bucket = builder.emit("Gather", [table, row]); // [queries, keys]
  const rows = config.integer("relative_attention_num_buckets", BUCKETS);
  return builder.transpose(lookUp(builder, parameters, [rows, heads], bucket).value, [2, 0, 1]);
}

function layersOf(block: Parameters): PostNormLayers {
  return {
    query: block.at("attention.attn.q"),
    key: block.at("attention.attn.k"),
    value: block.at("attention.attn.v"),
    mix: block.at("attention.attn.o"),
    mixNorm: block.at("attention.LayerNorm"),
    expand: block.at("intermediate.dense"),
    contract: block.at("output.dense"),
    norm: block.at("output.LayerNorm"),
  };
}

/** @file The encoder of BERT by the names of its configuration and tensors, which many families kept. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import { embed, type WordEmbeddings } from "./embeddings.ts";
import { additiveMask, linear } from "./layers.ts";
import type { Parameters } from "./parameters.ts";
import {
  type EncodedBlocks,
  type PostNormLayers,
  type PostNormSizes,
  plainAttention,
  postNormBlocks,
} from "./post-norm.ts";
import type { TextModel } from "./text-model.ts";

export function bertSizes(config: CheckpointConfig): PostNormSizes {
  return {
    width: config.integer("hidden_size"),
    heads: config.integer("num_attention_heads"),
    inner: config.integer("intermediate_size"),
    epsilon: config.number("layer_norm_eps", 1e-12),
    act: config.string("hidden_act", "gelu"),
  };
}

/** Rows of the embedding tables; `types` is 0 where the family has none. */
export function bertTables(config: CheckpointConfig, types: number) {
  return { vocabulary: config.integer("vocab_size"), positions: config.integer("max_position_embeddings"), types };
}

export function bertBlocks(encoder: Parameters, config: CheckpointConfig): readonly PostNormLayers[] {
  return Array.from({ length: config.integer("num_hidden_layers") }, (_, b) => {
    const block = encoder.at(`encoder.layer.${b}`);
    return {
      query: block.at("attention.self.query"),
      key: block.at("attention.self.key"),
      value: block.at("attention.self.value"),
      mix: block.at("attention.output.dense"),
      mixNorm: block.at("attention.output.LayerNorm"),
      expand: block.at("intermediate.dense"),
      contract: block.at("output.dense"),
      norm: block.at("output.LayerNorm"),
    };
  });
}

export interface BertVariations {
  /** Rows of the type table. */
  readonly types: number;
  /** Int64 [batch, tokens]. Default: tokens are numbered from 0. */
  readonly positionIds?: string;
  /** Width of the embeddings where it is not that of the blocks: a linear layer "embeddings_project" lies between. */
  readonly embeddingWidth?: number;
}

/** Embeddings and blocks. */
export function encodeLikeBert(
  { builder, config, encoder, ids, typeIds, mask, pooled }: TextModel,
  { types, positionIds, embeddingWidth }: BertVariations,
): EncodedBlocks & { readonly words: WordEmbeddings } {
  const sizes = bertSizes(config);
  const { width } = sizes;
  const narrow = embeddingWidth ?? width;
  const projected = narrow !== width;
  const { hidden: embedded, words } = embed(
    builder,
    encoder.at("embeddings"),
    { ...bertTables(config, types), width: narrow, epsilon: sizes.epsilon },
    { ids, typeIds, positionIds },
    projected ? "embeddings" : "hidden_state.0",
  );
  const hidden = projected ? project() : embedded;
  const attend = plainAttention(builder, sizes, additiveMask(builder, mask));
  return { ...postNormBlocks(builder, hidden, bertBlocks(encoder, config), sizes, { attend, pooled }), words };

  function project(): string {
    const wide = linear(builder, embedded, encoder.at("embeddings_project"), narrow, width);
    return builder.emit("Identity", [wide], { output: "hidden_state.0" });
  }
}

/** @file Token ids to the first hidden state of text models: word, position and type vectors, added and normalised. */

import type { GraphBuilder } from "../graph/builder.ts";
import { int } from "../onnx/model.ts";
import { layerNorm } from "./layers.ts";
import type { Parameters } from "./parameters.ts";

/** The word vectors of a model, as the anatomy names them. */
export interface WordEmbeddings {
  /** Looked-up vectors [batch, tokens, width]. */
  readonly value: string;
  /** The table [vocabulary, width] that they come from. */
  readonly table: string;
}

/** Rows of the table `name.weight` [rows, width] by int64 indices. */
export function lookUp(
  builder: GraphBuilder,
  parameters: Parameters,
  [rows, width]: readonly [rows: number, width: number],
  indices: string,
  output?: string,
): WordEmbeddings {
  const { value: table, tensor } = parameters.stored("weight", [rows, width]);
  const picked = builder.emit("Gather", [table, indices], { attributes: { axis: int(0) } });
  return { table, value: parameters.toFloat(picked, tensor, output) };
}

export interface EmbeddingSizes {
  readonly vocabulary: number;
  /** Rows of the position table. */
  readonly positions: number;
  /** Rows of the type table, 0 where there is none. */
  readonly types: number;
  readonly width: number;
  readonly epsilon: number;
}

/** Int64 inputs [batch, tokens]. Without `typeIds` all tokens are of type 0, without `positionIds` they are numbered from 0. */
export interface EmbeddingInputs {
  readonly ids: string;
  readonly typeIds?: string | undefined;
  readonly positionIds?: string | undefined;
}

/**
 * LayerNorm(words + positions + types), the embeddings that BERT began with.
 *
 * Result: hidden [batch, tokens, width] under the name `output`, and the word vectors.
 */
export function embed(
  builder: GraphBuilder,
  parameters: Parameters,
  { vocabulary, positions, types, width, epsilon }: EmbeddingSizes,
  { ids, typeIds, positionIds }: EmbeddingInputs,
  output: string,
): { readonly hidden: string; readonly words: WordEmbeddings } {
  const words = lookUp(builder, parameters.at("word_embeddings"), [vocabulary, width], ids, "word_embeddings");
  let sum = words.value;
  if (types > 0) {
    const table = parameters.at("token_type_embeddings");
    sum = builder.add(
      sum,
      typeIds === undefined
        ? firstRows(builder, table, [types, width], 1)
        : lookUp(builder, table, [types, width], typeIds).value,
    );
  }
  const table = parameters.at("position_embeddings");
  sum = builder.add(
    sum,
    positionIds === undefined
      ? firstRows(builder, table, [positions, width], builder.sizeOf(words.value, 1))
      : lookUp(builder, table, [positions, width], positionIds).value,
  );
  return { hidden: layerNorm(builder, sum, parameters.at("LayerNorm"), width, epsilon, output), words };
}

function firstRows(
  builder: GraphBuilder,
  parameters: Parameters,
  [rows, width]: readonly [rows: number, width: number],
  count: string | number,
): string {
  const { value, tensor } = parameters.stored("weight", [rows, width]);
  return parameters.toFloat(builder.slice(value, 0, 0, count), tensor);
}

/**
 * Position ids as fairseq's models count them: tokens that are not padding have the numbers padding + 1, padding + 2, ...;
 * padding has the number `padding`. ids [batch, tokens] -> [batch, tokens], int64.
 */
export function positionsAfterPadding(builder: GraphBuilder, ids: string, padding: number): string {
  const isPadding = builder.emit("Equal", [ids, builder.integers([padding])]);
  const present = builder.emit("Cast", [builder.emit("Not", [isPadding])], { attributes: { to: int(7) } });
  const counted = builder.emit("CumSum", [present, builder.integers([1])]);
  return builder.add(builder.mul(counted, present), builder.integers([padding]));
}

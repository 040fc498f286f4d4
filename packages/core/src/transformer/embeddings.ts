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
  /** Rows of the tables of positions and types, 0 where there is none. */
  readonly positions: number;
  readonly types: number;
  readonly width: number;
}

/** Int64 inputs [batch, tokens]. Without `typeIds` all tokens are of type 0, without `positionIds` they are numbered from 0. */
export interface EmbeddingInputs {
  readonly ids: string;
  readonly typeIds?: string | undefined;
  readonly positionIds?: string | undefined;
}

/**
 * LayerNorm(words + types + positions), the embeddings that BERT began with.
 *
 * Result: hidden [batch, tokens, width] under the name `output`, and the word vectors.
 */
export function embed(
  builder: GraphBuilder,
  parameters: Parameters,
  sizes: EmbeddingSizes & { readonly epsilon: number },
  inputs: EmbeddingInputs,
  output: string,
): { readonly hidden: string; readonly words: WordEmbeddings } {
  const { sum, words } = sumEmbeddings(builder, parameters, sizes, inputs);
  const norm = parameters.at("LayerNorm");
  return { hidden: layerNorm(builder, sum, norm, sizes.width, sizes.epsilon, output), words };
}

/** words + types + positions [batch, tokens, width], and the word vectors. */
export function sumEmbeddings(
  builder: GraphBuilder,
  parameters: Parameters,
  { vocabulary, positions, types, width }: EmbeddingSizes,
  { ids, typeIds, positionIds }: EmbeddingInputs,
): { readonly sum: string; readonly words: WordEmbeddings } {
  const words = lookUp(builder, parameters.at("word_embeddings"), [vocabulary, width], ids, "word_embeddings");
  /** Adds the rows that `indices` name, else the first `count`. */
  const plus = (sum: string, name: string, rows: number, indices: string | undefined, count: string | number) => {
    if (rows === 0) return sum;
    const table = parameters.at(name);
    const added =
      indices === undefined
        ? firstRows(builder, table, [rows, width], count)
        : lookUp(builder, table, [rows, width], indices).value;
    return builder.add(sum, added);
  };
  const typed = plus(words.value, "token_type_embeddings", types, typeIds, 1);
  const sum = plus(typed, "position_embeddings", positions, positionIds, builder.sizeOf(words.value, 1));
  return { sum, words };
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

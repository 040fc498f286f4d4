/** @file Encoders of a few nodes, with the oddities that a test asks for; weights are zeros, because none are read. */

import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { type Graph, int, ints } from "@calig/core/internal/onnx/model";

export const WIDTH = 8;
export const HEADS = 2;
const WORDS = 30;
const POSITIONS = 20;

export interface PlainEncoder {
  readonly builder: GraphBuilder;
  /** Int64 [batch, tokens]. */
  readonly ids: string;
  /** Looked-up vectors. */
  readonly words: string;
  readonly table: string;
  readonly positionIds?: string;
}

/** Names of the parts of one attention. */
export interface PlainAttention {
  readonly probabilities: string;
  /** [batch, positions, width], before it is added to the stream. */
  readonly branch: string;
}

/** A weight of that shape, one of its own each time. */
export function weight(builder: GraphBuilder, shape: readonly number[]): string {
  let count = 0;
  while (builder.has(`weight.${count}`)) count++;
  const bytes = new Uint8Array(4 * shape.reduce((product, size) => product * size, 1));
  return builder.initializer({
    name: `weight.${count}`,
    dtype: "float32",
    shape,
    storage: { kind: "bytes", bytes },
  });
}

export const lookUp = (builder: GraphBuilder, table: string, ids: string): string =>
  builder.emit("Gather", [table, ids], { attributes: { axis: int(0) } });

/** Token ids and their vectors; positions are looked up by an input of their own if asked for. */
export function startEncoder({ positions = false } = {}): PlainEncoder {
  const builder = new GraphBuilder();
  const ids = builder.input("ids", "int64", ["batch", "tokens"]);
  const table = weight(builder, [WORDS, WIDTH]);
  const words = lookUp(builder, table, ids);
  if (!positions) return { builder, ids, words, table };
  return { builder, ids, words, table, positionIds: builder.input("places", "int64", ["batch", "tokens"]) };
}

export const addPositions = ({ builder, words, positionIds = "" }: PlainEncoder): string =>
  builder.add(words, lookUp(builder, weight(builder, [POSITIONS, WIDTH]), positionIds));

const split = (builder: GraphBuilder, x: string): string =>
  builder.transpose(
    builder.reshape(builder.matmul(x, weight(builder, [WIDTH, WIDTH])), [0, 0, HEADS, WIDTH / HEADS]),
    [0, 2, 1, 3],
  );

/** Attention of `asking` to `answering`, both [batch, positions, width]. */
export function attend(
  builder: GraphBuilder,
  asking: string,
  answering: string = asking,
  softmax: (scores: string) => string = (scores) =>
    builder.emit("Softmax", [scores], { attributes: { axis: int(-1) } }),
): PlainAttention {
  const scores = builder.matmul(split(builder, asking), builder.transpose(split(builder, answering), [0, 1, 3, 2]));
  const probabilities = softmax(scores);
  const mixed = builder.transpose(builder.matmul(probabilities, split(builder, answering)), [0, 2, 1, 3]);
  return {
    probabilities,
    branch: builder.matmul(builder.reshape(mixed, [0, 0, WIDTH]), weight(builder, [WIDTH, WIDTH])),
  };
}

/** exp(x - max) / sum, node by node. */
export function writtenSoftmax(builder: GraphBuilder, scores: string): string {
  const attributes = { axes: ints([-1]), keepdims: int(1) };
  const highest = builder.emit("ReduceMax", [scores], { attributes });
  const powers = builder.emit("Exp", [builder.sub(scores, highest)]);
  return builder.div(powers, builder.reduceSum(powers, [-1], true));
}

/** Logits [batch, 3] of the first position. */
export function classify(builder: GraphBuilder, states: string): string {
  const first = builder.emit("Gather", [states, builder.constant(firstIndex())], { attributes: { axis: int(1) } });
  return builder.matmul(first, weight(builder, [WIDTH, 3]));
}

const firstIndex = () => ({ dtype: "int64" as const, shape: [], data: BigInt64Array.of(0n) });

/** The graph with these outputs. */
export function finish(builder: GraphBuilder, ...outputs: readonly string[]): Graph {
  for (const output of outputs) builder.output(output, output, "float32", undefined);
  return builder.build();
}

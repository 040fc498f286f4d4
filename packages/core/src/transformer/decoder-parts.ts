/**
 * @file The layers that decoders are made of besides those of encoders: normalisation by the root mean square, attention
 * whose queries share keys, masks that let no token see later ones, gated feed-forward layers.
 */

import type { GraphBuilder } from "../graph/builder.ts";
import { float, int } from "../onnx/model.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { activation } from "./activations.ts";
import { type AttentionStates, linear, NEVER } from "./layers.ts";
import type { Parameters } from "./parameters.ts";

/** x / sqrt(mean(x^2) + epsilon) * weight over the last axis, of `width` elements (Zhang and Sennrich 2019). */
export function rmsNorm(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  width: number,
  epsilon: number,
  options: {
    readonly output?: string;
    /** What is added to the weights: Gemma's are distances from 1. */
    readonly offset?: number;
  } = {},
): string {
  const { output, offset = 0 } = options;
  const weight = parameters.get("weight", [width]);
  const scale = offset === 0 ? weight : builder.add(weight, builder.scalar(offset));
  return builder.emit("SimplifiedLayerNormalization", [x, scale], {
    attributes: { axis: int(-1), epsilon: float(epsilon) },
    ...(output === undefined ? {} : { output }),
  });
}

/** By the root mean square; or LayerNorm: whole, without a shift, without weights at all. */
export type DecoderNorm = "root-mean-square" | "layer" | "layer-without-shift" | "layer-without-weights";

/** Normalises [batch, positions, width] as a decoder's configuration says. */
export function normalise(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  sizes: {
    readonly width: number;
    readonly epsilon: number;
    readonly norm?: DecoderNorm;
    readonly normOffset?: number;
  },
  output?: string,
): string {
  const { width, epsilon, norm = "root-mean-square", normOffset = 0 } = sizes;
  const named = output === undefined ? {} : { output };
  if (norm === "root-mean-square")
    return rmsNorm(builder, x, parameters, width, epsilon, { offset: normOffset, ...named });
  const weight =
    norm === "layer-without-weights"
      ? builder.constant(floatTensor(new Array<number>(width).fill(1), [width]), "ones")
      : parameters.get("weight", [width]);
  const scale = normOffset === 0 ? weight : builder.add(weight, builder.scalar(normOffset));
  const shift = norm === "layer" ? [parameters.get("bias", [width])] : [];
  return builder.emit("LayerNormalization", [x, scale, ...shift], {
    attributes: { axis: int(-1), epsilon: float(epsilon) },
    ...named,
  });
}

/** A mask [tokens, tokens] with what the scores of each head gain by the place of their key (ALiBi): [heads, tokens, tokens]. */
export function biased(
  builder: GraphBuilder,
  mask: string,
  places: string,
  slopes: readonly number[] | undefined,
): string {
  if (slopes === undefined) return mask;
  const numbers = builder.emit("Cast", [places], { attributes: { to: int(1) } });
  return builder.add(
    mask,
    builder.mul(builder.constant(floatTensor(slopes, [slopes.length, 1, 1]), "slopes"), numbers),
  );
}

/** Where tokens are: int64 [batch, tokens], the same in every row. */
export interface TokenPlaces {
  /** In their sequence, from 0. */
  readonly places: string;
  /** 0 for the prompt, n for its n-th continuation. */
  readonly branches: string;
}

/** The values of the first row of a value [batch, tokens] whose rows are all the same: [tokens]. */
export const firstRow = (builder: GraphBuilder, value: string): string =>
  builder.squeeze(builder.slice(value, 0, 0, 1), [0]);

/**
 * What is added to the scores: 0 where a token may be seen, the lowest finite float32 where not, [tokens, tokens].
 *
 * A token sees itself and those before it, of the prompt and of its own branch; with a window only those that are less
 * than `window` places away.
 */
export function causalMask(builder: GraphBuilder, { places, branches }: TokenPlaces, window?: number): string {
  const count = builder.squeeze(builder.sizeOf(places, 1), [0]);
  const whole = (value: number) => builder.emit("Squeeze", [builder.integers([value])]);
  const order = builder.emit("Range", [whole(0), count, whole(1)]);
  const own = firstRow(builder, branches);
  const pairs = (values: string) => [builder.unsqueeze(values, [1]), builder.unsqueeze(values, [0])] as const;
  const [query, key] = pairs(order);
  const [queryBranch, keyBranch] = pairs(own);
  const before = builder.emit("LessOrEqual", [key, query]);
  const shared = builder.emit("Equal", [keyBranch, builder.integers([0])]);
  const related = builder.emit("Or", [shared, builder.emit("Equal", [keyBranch, queryBranch])]);
  const seen = builder.emit("And", [before, related]);
  return builder.emit("Where", [
    window === undefined ? seen : builder.emit("And", [seen, near(window)]),
    builder.scalar(0),
    builder.scalar(NEVER),
  ]);

  function near(width: number): string {
    const [queryPlace, keyPlace] = pairs(firstRow(builder, places));
    return builder.emit("Less", [builder.sub(queryPlace, keyPlace), builder.integers([width])]);
  }
}

/** Sizes of attention whose queries share keys and values: each of the latter serves `heads / keyValueHeads` queries. */
export interface GroupedShape {
  readonly heads: number;
  readonly keyValueHeads: number;
  /** Elements of a query, a key, a value. */
  readonly headSize: number;
}

/**
 * softmax(scale Q K^T + mask) V, where each key and value serves the queries of `heads / keyValueHeads` heads in a row.
 *
 * Shapes: query [batch, heads, queries, size], key and value [batch, keyValueHeads, positions, size], mask [queries,
 * positions] -> context [batch, queries, heads * size], probabilities [batch, heads, queries, positions].
 *
 * @param options.scale - Default: 1 / sqrt(size).
 * @param options.softcap - Scores are bent to stay between plus and minus this: softcap tanh(score / softcap).
 */
export function groupedAttention(
  builder: GraphBuilder,
  { query, key, value }: AttentionStates,
  { heads, keyValueHeads, headSize }: GroupedShape,
  options: {
    readonly mask: string;
    readonly probabilities: string;
    readonly scale?: number | undefined;
    readonly softcap?: number | undefined;
  },
): { readonly context: string; readonly probabilities: string } {
  const { scale = 1 / Math.sqrt(headSize), softcap } = options;
  const copies = heads / keyValueHeads;
  const scores = builder.matmul(query, repeated(builder, key, keyValueHeads, copies), { transB: true, alpha: scale });
  const masked = builder.add(softcap === undefined ? scores : bent(builder, scores, softcap), options.mask);
  const probabilities = builder.emit("Softmax", [masked], {
    attributes: { axis: int(-1) },
    output: options.probabilities,
  });
  const mixed = builder.matmul(probabilities, repeated(builder, value, keyValueHeads, copies));
  const context = builder.transpose(mixed, [0, 2, 1, 3]);
  return { context: builder.reshape(context, [0, 0, heads * headSize]), probabilities };
}

/**
 * Each of `count` heads `copies` times in a row: [batch, count, positions, size] -> [batch, count * copies, positions, size].
 *
 * Pieces put together again, because a reshape would have to infer a size: the engine does so of no rows too, and fails.
 */
function repeated(builder: GraphBuilder, states: string, count: number, copies: number): string {
  if (copies === 1) return states;
  const sizes = builder.integers(new Array<number>(count).fill(1));
  const pieces =
    count === 1 ? [states] : builder.emitMany("Split", [states, sizes], count, { attributes: { axis: int(1) } });
  return builder.concat(
    pieces.flatMap((piece) => new Array<string>(copies).fill(piece)),
    1,
  );
}

/** softcap tanh(x / softcap) */
export const bent = (builder: GraphBuilder, x: string, softcap: number): string =>
  builder.mul(builder.emit("Tanh", [builder.div(x, builder.scalar(softcap))]), builder.scalar(softcap));

/** down(act(gate(x)) * up(x)) (Shazeer 2020), or down(act(up(x))); x [batch, positions, width]. */
export function feedForward(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  sizes: {
    readonly width: number;
    readonly inner: number;
    readonly act: string;
    readonly biases: { readonly feedForward: boolean };
    /** "fused": out of one matrix ("gate_up_proj"), the gate first. */
    readonly gates: "apart" | "fused" | "none";
    readonly names: { readonly gate: string; readonly up: string; readonly down: string };
  },
): string {
  const { width, inner, act, biases, gates, names } = sizes;
  const made = (name: string, size = inner) => linear(builder, x, parameters.at(name), width, size, biases.feedForward);
  const whole = gates === "fused" ? made("gate_up_proj", 2 * inner) : undefined;
  const part = (name: string, from: number) =>
    whole === undefined ? made(name) : builder.slice(whole, -1, from, from + inner);
  const acted = activation(act)(builder, part(gates === "none" ? names.up : names.gate, 0));
  const opened = gates === "none" ? acted : builder.mul(acted, part(names.up, inner));
  return linear(builder, opened, parameters.at(names.down), inner, width, biases.feedForward);
}

/** Some positions of [batch, positions, width]: [batch, asked, width]. `asked` is int64 [asked]. */
export const takePositions = (builder: GraphBuilder, x: string, asked: string): string =>
  builder.emit("Gather", [x, asked], { attributes: { axis: int(1) } });

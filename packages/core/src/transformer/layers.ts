/** @file The layers that Transformer encoders are made of, as ONNX nodes. Weights are stored [out, in], as PyTorch keeps them. */

import type { GraphBuilder } from "../graph/builder.ts";
import { float, int, ints, string } from "../onnx/model.ts";
import type { Parameters } from "./parameters.ts";

/** x W^T + b over the last axis; x [..., inputs] -> [..., outputs]. */
export function linear(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  inputs: number,
  outputs: number,
  bias = true,
): string {
  const product = builder.matmul(x, parameters.get("weight", [outputs, inputs]), { transB: true });
  return bias ? builder.add(product, parameters.get("bias", [outputs])) : product;
}

/** LayerNormalization over the last axis (opset 17). Checkpoints from TensorFlow name scale and shift gamma and beta. */
export function layerNorm(
  builder: GraphBuilder,
  x: string,
  parameters: Parameters,
  width: number,
  epsilon: number,
  output?: string,
  bias = true,
): string {
  const named = (name: string, old: string) => parameters.get(parameters.has(old) ? old : name, [width]);
  const shift = bias ? [named("bias", "beta")] : [];
  return builder.emit("LayerNormalization", [x, named("weight", "gamma"), ...shift], {
    attributes: { axis: int(-1), epsilon: float(epsilon) },
    ...(output === undefined ? {} : { output }),
  });
}

/** Sizes of an attention layer. */
export interface AttentionShape {
  readonly width: number;
  readonly heads: number;
}

/** Query, key and value projections, each as a function of the input [batch, positions, width]. */
export interface AttentionProjections {
  readonly query: Parameters;
  readonly key: Parameters;
  readonly value: Parameters;
  readonly bias?: boolean;
}

/** [batch, positions, heads * size] -> [batch, heads, positions, size] */
export function splitHeads(builder: GraphBuilder, flat: string, heads: number, size: number): string {
  return builder.transpose(builder.reshape(flat, [0, 0, heads, size]), [0, 2, 1, 3]);
}

/**
 * Scaled dot-product attention: softmax(Q K^T / sqrt(width / heads) + mask) V.
 *
 * `mask` is added to the scores and must broadcast to [batch, heads, queries, keys].
 * `queries` gives the positions that ask (default: all of `x`).
 *
 * Shapes: x [batch, positions, width] -> context [batch, queries, width], probabilities [batch, heads, queries, keys].
 */
export function attention(
  builder: GraphBuilder,
  x: string,
  { width, heads }: AttentionShape,
  projections: AttentionProjections,
  options: { readonly mask?: string; readonly queries?: string; readonly probabilities: string },
): { readonly context: string; readonly probabilities: string } {
  const size = width / heads;
  const project = (input: string, parameters: Parameters) => {
    const flat = linear(builder, input, parameters, width, width, projections.bias ?? true);
    return splitHeads(builder, flat, heads, size);
  };
  const states = {
    query: project(options.queries ?? x, projections.query),
    key: project(x, projections.key),
    value: project(x, projections.value),
  };
  return mixByAttention(builder, states, { width, heads }, options);
}

/** Queries, keys and values [batch, heads, positions, size]. */
export interface AttentionStates {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** Attention as `attention` has it, from states that are projected already. */
export function mixByAttention(
  builder: GraphBuilder,
  { query, key, value }: AttentionStates,
  { width, heads }: AttentionShape,
  options: { readonly mask?: string; readonly probabilities: string },
): { readonly context: string; readonly probabilities: string } {
  const scores = builder.matmul(query, key, { transB: true, alpha: 1 / Math.sqrt(width / heads) });
  const masked = options.mask === undefined ? scores : builder.add(scores, options.mask);
  const probabilities = builder.emit("Softmax", [masked], {
    attributes: { axis: int(-1) },
    output: options.probabilities,
  });
  const mixed = builder.transpose(builder.matmul(probabilities, value), [0, 2, 1, 3]); // [batch, queries, heads, size]
  return { context: builder.reshape(mixed, [0, 0, width]), probabilities };
}

/** Lowest finite float32: the score of pairs that may not attend. */
export const NEVER = -3.4028234663852886e38;

/**
 * The attention mask of text models as a term added to attention scores: 0 where `mask` [batch, tokens] int64 is 1,
 * the lowest finite float32 where it is 0. Result [batch, 1, 1, tokens].
 */
export function additiveMask(builder: GraphBuilder, mask: string): string {
  const attended = builder.emit("Cast", [mask], { attributes: { to: int(1) } });
  const blocked = builder.mul(builder.sub(builder.scalar(1), attended), builder.scalar(NEVER));
  return builder.emit("Unsqueeze", [blocked, builder.integers([1, 2])], { output: "attention_bias" });
}

/** Position 0 of [batch, positions, width] as [batch, width]. */
export function firstPosition(builder: GraphBuilder, x: string): string {
  return builder.emit("Squeeze", [builder.slice(x, 1, 0, 1), builder.integers([1])]);
}

/** A convolution whose kernels do not overlap: one vector per patch. pixels [batch, channels, height, width] -> [batch, patches, outputs]. */
export function patchEmbedding(
  builder: GraphBuilder,
  pixels: string,
  parameters: Parameters,
  channels: number,
  outputs: number,
  patch: number,
  options: { readonly bias?: boolean } = {},
): string {
  const bias = options.bias === false ? [] : [parameters.get("bias", [outputs])];
  const maps = builder.emit("Conv", [pixels, parameters.get("weight", [outputs, channels, patch, patch]), ...bias], {
    attributes: { kernel_shape: ints([patch, patch]), strides: ints([patch, patch]), auto_pad: string("NOTSET") },
  }); // [batch, outputs, rows, columns]
  return builder.transpose(builder.reshape(maps, [0, 0, -1]), [0, 2, 1]);
}

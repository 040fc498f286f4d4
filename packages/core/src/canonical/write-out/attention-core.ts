/** @file softmax(scale q k^T + mask) v in primitives, and the forms in which masks come. */

import type { GraphBuilder } from "../../graph/builder.ts";
import { float, int } from "../../onnx/model.ts";
import { dtypeCode } from "../../tensor/dtype.ts";
import { intTensor } from "../../tensor/tensor.ts";
import type { WriteContext } from "./writer.ts";

export interface AttentionParts {
  /** [batch, heads, queries, size], [batch, heads, keys, size], [batch, heads, keys, value size] */
  readonly q: string;
  readonly k: string;
  readonly v: string;
  readonly scale: number;
  /** What is added to the scores, each broadcastable to [batch, heads, queries, keys]. */
  readonly added: readonly string[];
  /** What scores of keys behind the query get added; undefined where all keys may be attended to. */
  readonly causal?: number | undefined;
  /** With `causal`: how many keys a query attends to, itself and those right before it. Default: all before it. */
  readonly window?: number | undefined;
  /** Scores s become c tanh(s / c) before anything is added. Default: they stay. */
  readonly softcap?: number | undefined;
}

/** What attention computes on its way, each [batch, heads, queries, keys]. */
export interface AttentionStages {
  readonly scores: string;
  readonly capped: string;
  readonly masked: string;
  readonly probabilities: string;
  /** Probabilities times values [batch, heads, queries, value size]. */
  readonly result: string;
}

/** Probabilities times values [batch, heads, queries, value size]. */
export const attend = (b: GraphBuilder, parts: AttentionParts): string => attendInStages(b, parts).result;

export function attendInStages(
  b: GraphBuilder,
  { q, k, v, scale, added, causal, window, softcap }: AttentionParts,
): AttentionStages {
  const scores = b.matmul(q, k, { transB: true, alpha: scale });
  const capped =
    softcap === undefined ? scores : b.mul(b.emit("Tanh", [b.mul(scores, b.scalar(1 / softcap))]), b.scalar(softcap));
  let masked = capped;
  for (const mask of added) masked = b.add(masked, mask);
  if (causal !== undefined) {
    // Numbers of queries [queries, 1] against those of keys [keys].
    const [query, key] = [b.unsqueeze(numbers(b, b.sizeOf(scores, 2)), [1]), numbers(b, b.sizeOf(scores, 3))];
    const within = b.emit("Less", [key, b.add(query, b.integers([1]))]);
    const seen =
      window === undefined
        ? within
        : b.emit("And", [within, b.emit("Less", [b.sub(query, key), b.integers([window])])]);
    masked = b.add(masked, b.emit("Where", [seen, b.scalar(0), b.scalar(causal)]));
  }
  const probabilities = b.emit("Softmax", [masked], { attributes: { axis: int(-1) } });
  return { scores, capped, masked, probabilities, result: b.matmul(probabilities, v) };
}

/** 0, 1, ... up to a count [1]. */
export function numbers(b: GraphBuilder, count: string): string {
  const whole = (value: number) => b.constant(intTensor([value], []), "whole");
  return b.emit("Range", [whole(0), b.squeeze(count, [0]), whole(1)]);
}

/** Heads of keys or values [batch, heads, keys, size] that several heads of queries share, once for each of these. */
export function repeatHeads(b: GraphBuilder, x: string, queries: number, keys: number, size: number): string {
  if (queries === keys) return x;
  const wide = b.emit("Expand", [b.unsqueeze(x, [2]), b.integers([1, 1, queries / keys, 1, 1])]);
  return b.reshape(wide, [0, queries, -1, size]);
}

/** [batch, tokens, heads x size] -> [batch, heads, tokens, size] */
export const splitHeads = (b: GraphBuilder, x: string, heads: number, size: number): string =>
  b.transpose(b.reshape(x, [0, 0, heads, size]), [0, 2, 1, 3]);

/** [batch, heads, tokens, size] -> [batch, tokens, heads x size] */
export const mergeHeads = (b: GraphBuilder, x: string, width: number): string =>
  b.reshape(b.transpose(x, [0, 2, 1, 3]), [0, 0, width]);

/**
 * The mask input of com.microsoft Attention and MultiHeadAttention as something to add to the scores: 0 where a key may
 * be attended to and `filter` where not. Forms: 1 per allowed key [batch, keys], [batch, queries, keys] or
 * [batch, 1, queries, keys]; the number of allowed keys [batch]; their ends and then their starts [2 batch].
 */
export function paddingMask(context: WriteContext, mask: string, filter: number): string {
  const { builder: b, shapes } = context;
  const shape = shapes.get(mask)?.shape;
  if (shape === undefined) return context.refuse("the rank of its mask is not known");
  const allowed = (condition: string) => b.emit("Where", [condition, b.scalar(0), b.scalar(filter)]);
  if (shape.length > 1) {
    const axes = shape.length === 2 ? [1, 2] : shape.length === 3 ? [1] : [];
    const raw = axes.length === 0 ? mask : b.unsqueeze(mask, axes);
    if (shapes.get(mask)?.dtype === "bool") return allowed(raw);
    const zero = b.emit("Cast", [b.scalar(0)], {
      attributes: { to: int(dtypeCode(shapes.get(mask)?.dtype ?? "int32")) },
    });
    return allowed(b.emit("Greater", [raw, zero]));
  }
  const keys = context.shapes.get(context.input(0))?.shape;
  if (keys?.length !== 3) return context.refuse("its mask counts keys, and the number of keys is not known");
  const batch = keys[0];
  const wide = b.emit("Cast", [mask], { attributes: { to: int(dtypeCode("int64")) } });
  const places = b.emit("Range", [
    b.squeeze(b.integers([0]), [0]),
    b.squeeze(b.sizeOf(context.input(0), 1), [0]),
    b.squeeze(b.integers([1]), [0]),
  ]); // [keys]
  if (shape[0] !== batch) return context.refuse("its mask is not one number per input");
  return allowed(b.emit("Less", [places, b.unsqueeze(wide, [1, 2, 3])]));
}

/** LayerNormalization over the last axis. */
export const layerNorm = (
  b: GraphBuilder,
  x: string,
  scale: string,
  bias: string | undefined,
  epsilon: number,
): string =>
  b.emit("LayerNormalization", [x, scale, bias ?? ""], { attributes: { axis: int(-1), epsilon: float(epsilon) } });

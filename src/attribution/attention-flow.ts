/** @file Following attention down from what the head reads: what the attention methods share. */

import type { FloatTensor } from "../tensor/tensor.ts";
import { assertNever } from "../util/assert-never.ts";
import type { MethodContext } from "./method.ts";

/** One number per pair of positions, averaged over heads [queries, positions]. */
export interface AttentionMap {
  readonly data: Float64Array;
  readonly queries: number;
  readonly positions: number;
}

/** How much of what the head reads is each position; sums to 1 [positions]. */
export function readout({ model: { anatomy }, input: { units }, score }: MethodContext): Float64Array {
  const shares = new Float64Array(units.length);
  const spread = (positions: readonly number[], total: number) => {
    for (const t of positions) shares[t] = total / positions.length;
  };
  const all = [...units.keys()];
  const mean = anatomy.kind === "image" ? all.filter((t) => units[t]?.special !== true) : all;
  switch (anatomy.pooling) {
    case "class-token":
      spread([0], 1);
      break;
    case "mean":
      spread(mean, 1);
      break;
    case "class-and-distillation-token":
      spread([0, 1], 1);
      break;
    case "class-token-and-mean":
      spread(mean, 0.5);
      spread([0], 0.5);
      break;
    case "none":
      spread([score.position ?? 0], 1);
      break;
    default:
      assertNever(anatomy.pooling);
  }
  return shares;
}

/** Mean over heads of `value(element, index)` for the elements of maps [1, heads, queries, positions]. */
export function headMean(
  { data, shape }: FloatTensor,
  value: (element: number, index: number) => number = (element) => element,
): AttentionMap {
  const [, heads = 0, queries = 0, positions = 0] = shape;
  const size = queries * positions;
  const mean = new Float64Array(size);
  for (let i = 0; i < heads * size; i++) (mean[i % size] as number) += value(data[i] as number, i) / heads;
  return { data: mean, queries, positions };
}

/** v^T M: what a share of each query becomes as shares of the positions it attends to. */
export function through(shares: Float64Array, { data, queries, positions }: AttentionMap): Float64Array {
  const result = new Float64Array(positions);
  for (let i = 0; i < queries; i++) {
    const share = shares[i] as number;
    if (share === 0) continue;
    for (let j = 0; j < positions; j++) (result[j] as number) += share * (data[i * positions + j] as number);
  }
  return result;
}

/** shares^T A'_{L-1} ... A'_0 with A' = 0.5 A + 0.5 I; maps from the first block to the last. */
export function rollOut(maps: readonly AttentionMap[], shares: Float64Array): Float64Array {
  return maps.reduceRight((carried, map) => {
    const attended = through(carried, map);
    return attended.map((value, t) => 0.5 * value + 0.5 * (carried[t] as number));
  }, shares);
}

/** shares^T R with R = I, then R <- R + M R for every map from the first block to the last. */
export function addUp(maps: readonly AttentionMap[], shares: Float64Array): Float64Array {
  return maps.reduceRight((carried, map) => {
    const attended = through(carried, map);
    return attended.map((value, t) => value + (carried[t] as number));
  }, shares);
}

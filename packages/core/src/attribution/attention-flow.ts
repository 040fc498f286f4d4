/** @file Following attention down from what the head reads: what the attention methods share. */

import type { FloatTensor } from "../tensor/tensor.ts";

/** One number per pair of positions, averaged over heads [queries, positions]. */
export interface AttentionMap {
  readonly data: Float64Array;
  readonly queries: number;
  readonly positions: number;
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

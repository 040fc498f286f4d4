/** @file How far keys are from queries, and the buckets that models sort these distances into. */

import type { GraphBuilder } from "../graph/builder.ts";
import { intTensor } from "../tensor/tensor.ts";

/** 0, 1, 2, ... int64 [positions]; `like` [batch, positions, width] says how many. */
export function positionNumbers(builder: GraphBuilder, like: string): string {
  const count = builder.squeeze(builder.sizeOf(like, 1), [0]);
  const scalar = (value: number) => builder.constant(intTensor([value], []));
  return builder.emit("Range", [scalar(0), count, scalar(1)]);
}

/** Key minus query position, int64 [positions, positions]; `like` as above. */
export function keyMinusQuery(builder: GraphBuilder, like: string): string {
  const numbers = positionNumbers(builder, like);
  return builder.sub(builder.unsqueeze(numbers, [0]), builder.unsqueeze(numbers, [1]));
}

/**
 * The bucket of a distance (key minus query) as T5 and MPNet sort them: half of the buckets for keys before the query
 * (and the query itself), half for those after it; in each half the first are one distance wide, the others grow with
 * the logarithm up to `furthest`. Raffel et al. 2020, section 2.1.
 */
export function bidirectionalBucket(distance: number, buckets: number, furthest: number): number {
  const half = buckets / 2;
  const exact = half / 2;
  const apart = Math.abs(distance);
  const side = distance > 0 ? half : 0;
  if (apart < exact) return side + apart;
  // In float32 as the models were trained: at powers of the base the rounding decides.
  const f = Math.fround;
  const ratio = f(f(Math.log(f(apart / exact))) / f(Math.log(furthest / exact)));
  return side + Math.min(half - 1, exact + Math.trunc(f(ratio * (half - exact))));
}

/**
 * The bucket of a distance (query minus key) as DeBERTa-v2 sorts them: one distance wide up to half of `buckets`, beyond
 * growing with the logarithm so that `furthest - 1` is in the last; odd, so that the sign tells the side.
 */
export function logarithmicBucket(distance: number, buckets: number, furthest: number): number {
  const middle = Math.floor(buckets / 2);
  const apart = Math.abs(distance);
  if (apart <= middle) return distance;
  // In float32 as the models were trained.
  const f = Math.fround;
  const ratio = f(f(Math.log(f(apart / middle))) / f(Math.log(f((furthest - 1) / middle))));
  return Math.sign(distance) * (Math.ceil(f(ratio * (middle - 1))) + middle);
}

/**
 * Row q shifted left by T - 1 - q, its first T elements: y[q, k] = x[q, k - q + T - 1]. It turns a column for each
 * distance into a column for each key. x [batch, heads, T, 2T - 1] -> [batch, heads, T, T]; T is that of `like`
 * [batch, T, width].
 *
 * One column more, read as rows of the old length, does it (Dai et al. 2019, appendix B): no element is gathered.
 */
export function shiftRows(builder: GraphBuilder, x: string, like: string): string {
  const count = builder.sizeOf(like, 1);
  const twice = builder.add(count, count); // 2T
  const columns = builder.sub(twice, builder.integers([1])); // 2T - 1
  const kept = builder.integers([0, 0]);
  const padded = builder.emit("Pad", [x, builder.integers([0, 0, 0, 1, 0, 0, 0, 0])]); // [batch, heads, T, 2T]
  const turned = builder.emit("Reshape", [padded, builder.concat([kept, twice, count], 0)]);
  const tail = builder.slice(turned, 2, 1, twice); // [batch, heads, 2T - 1, T]
  const rows = builder.emit("Reshape", [tail, builder.concat([kept, count, columns], 0)]);
  return builder.slice(rows, 3, 0, count);
}

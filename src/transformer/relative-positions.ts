/** @file How far keys are from queries, and the buckets that models sort these distances into. */

import type { GraphBuilder } from "../graph/builder.ts";
import { intTensor } from "../tensor/tensor.ts";

/** Key minus query position, int64 [positions, positions]; `like` [batch, positions, width] says how many there are. */
export function keyMinusQuery(builder: GraphBuilder, like: string): string {
  const count = builder.squeeze(builder.sizeOf(like, 1), [0]);
  const zero = builder.constant(intTensor([0], []));
  const one = builder.constant(intTensor([1], []));
  const numbers = builder.emit("Range", [zero, count, one]);
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

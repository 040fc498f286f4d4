/** @file What the integral over the path of one block is asked, whichever way its points are chosen. */

/** A place on the path, 0 = baseline, 1 = input, and its quadrature weight. */
export interface PathPoint {
  readonly alpha: number;
  readonly weight: number;
}

/** Points whose weighted sum is wanted by itself. */
export interface PathTask {
  readonly points: readonly PathPoint[];
  /** Places where F is needed, whether they are points or not. */
  readonly ends: readonly number[];
}

/** The integral of dF/dH over the path of one block, as far as it is known. */
export interface PathIntegral {
  /** What to evaluate next: nothing when it is exact enough, or `most` points would be exceeded. `spent`: points so far. */
  next(spent: number): readonly PathTask[];
  /** Takes what came of the tasks of `next`, in their order; undefined where it was not evaluated. */
  settle(results: readonly (Float64Array | undefined)[]): void;
  /** What is known of the integral: one number per position. */
  readonly relevance: Float64Array;
  /** Of the sum of the relevance; undefined where the points were not drawn at random. */
  readonly standardError: number | undefined;
}

/** What the path of a block is known by. */
export interface PathFacts {
  /** F at a place that was an end of a settled task, at 0 and at 1. */
  readonly scoreAt: (place: number) => number;
  /** Relative error to refine to; undefined: evaluate once. */
  readonly tolerance: number | undefined;
}

/** Most points that are spent on one block before it is given up, which is said. */
export const MOST_POINTS = 512;

export const total = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** Adds numbers in place. */
export function addTo(sums: Float64Array, values: ArrayLike<number>, factor = 1): void {
  for (let t = 0; t < sums.length; t++) sums[t] = (sums[t] as number) + factor * (values[t] as number);
}

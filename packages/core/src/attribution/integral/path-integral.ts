/** @file What the integral over the path of one block is asked, whichever way its points are chosen. */

import { LEAST_DIFFERENCE } from "../completeness.ts";

/** The integral of dF/dH over the path of one block, as far as it is known. */
export interface PathIntegral {
  /**
   * Places on the path to evaluate next, 0 = baseline, 1 = input: nothing when it is exact enough, or `MOST_POINTS` would
   * be exceeded. `spent`: points so far.
   */
  next(spent: number): readonly number[];
  /** Takes dF/dalpha at the places of `next`, per position, in their order; undefined where it was not evaluated. */
  settle(results: readonly (ArrayLike<number> | undefined)[]): void;
  /** What is known of the integral: one number per position. */
  readonly relevance: Float64Array;
  /** Of the sum of the relevance; undefined where the points were not drawn at random. */
  readonly standardError: number | undefined;
}

/** What the path of a block is known by. */
export interface PathFacts {
  /** F at a place that was evaluated, and at 0 and 1 once anything was. */
  readonly scoreAt: (place: number) => number;
  /** Relative error to refine to; undefined: evaluate once. */
  readonly tolerance: number | undefined;
  /** Most points that are spent. Default: `MOST_POINTS`. */
  readonly mostPoints?: number | undefined;
}

/** Largest deviation from F(1) - F(0) that the tolerance allows; undefined where there is none. */
export function allowedError({ scoreAt, tolerance }: PathFacts): number | undefined {
  if (tolerance === undefined) return undefined;
  return tolerance * Math.max(Math.abs(scoreAt(1) - scoreAt(0)), LEAST_DIFFERENCE);
}

/** Most points that are spent on one block before it is given up, which is said. */
export const MOST_POINTS = 512;

export function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

/** Adds numbers in place. */
export function addTo(sums: Float64Array, values: ArrayLike<number>, factor = 1): void {
  for (let t = 0; t < sums.length; t++) sums[t] = (sums[t] as number) + factor * (values[t] as number);
}

/** @file Means and shares with their intervals. */

import { interval, resampledMeans } from "../evaluation/statistics/bootstrap.ts";
import { wilson } from "../evaluation/statistics/wilson.ts";
import { createRandom } from "../util/random.ts";
import type { Estimate, Share } from "./shortcut-report.ts";

/** Enough for two digits of an interval. */
export const RESAMPLES = 1000;

/** The mean of at least one number, with its 95 % bootstrap interval. */
export function estimate(values: ArrayLike<number>, seed: string): Estimate {
  const column = Float64Array.from(values);
  const [means] = resampledMeans([column], createRandom(seed), RESAMPLES) as [Float64Array];
  return { mean: column.reduce((sum, value) => sum + value, 0) / column.length, ...interval(means) };
}

export const share = (count: number, of: number): Share => ({ count, of, ...wilson(count, of) });

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

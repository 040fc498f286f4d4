/** @file How well attributions add up to the difference of the score. METHOD 2. */

import type { Completeness } from "./explanation.ts";

/** Differences of the score below this count as this much in relative errors. */
export const LEAST_DIFFERENCE = 1e-3;

/** Completeness of attributions that should sum to `scoreAtInput` - `scoreAtBaseline`. */
export function measureCompleteness(
  attribution: readonly number[],
  scoreAtInput: number,
  scoreAtBaseline: number,
): Completeness {
  const difference = scoreAtInput - scoreAtBaseline;
  const delta = attribution.reduce((sum, value) => sum + value, 0) - difference;
  return {
    scoreAtInput,
    scoreAtBaseline,
    delta,
    relativeError: Math.abs(delta) / Math.max(Math.abs(difference), LEAST_DIFFERENCE),
  };
}

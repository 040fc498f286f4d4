/** @file The bootstrap (Efron 1979): what the means of a sample would be in other samples of the same size. */

import type { Random } from "../../util/random.ts";

/** Resamples that intervals and comparisons are made from. */
export const RESAMPLES = 10_000;

/**
 * Means of several columns in resamples of their rows. All columns are resampled alike, so that differences between
 * them are those of the same inputs (paired).
 *
 * Cost: resamples x rows x columns additions.
 *
 * @param columns - One number per row each, all of one length >= 1.
 * @returns For each column its mean in each resample.
 */
export function resampledMeans(
  columns: readonly Float64Array[],
  random: Random,
  resamples: number = RESAMPLES,
): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  const means = columns.map(() => new Float64Array(resamples));
  const drawn = new Int32Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < rows; i++) drawn[i] = random.below(rows);
    columns.forEach((column, c) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += column[drawn[i] as number] as number;
      (means[c] as Float64Array)[resample] = sum / rows;
    });
  }
  return means;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The middle 95 % of resampled figures (percentile interval). */
export function interval(figures: Float64Array): Interval {
  const sorted = Float64Array.from(figures).sort();
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Quantile of sorted numbers, linear between neighbours. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below] as number, sorted[Math.min(below + 1, sorted.length - 1)] as number];
  return low + (place - below) * (high - low);
}

/**
 * Two-sided p-value of "the two figures do not differ" from their differences in paired resamples: twice the share of
 * resamples on the rarer side of zero, counting one more on each side, so that it is never 0.
 *
 * It is at least 2^(1 - inputs), the smallest p-value of a sign test: a few inputs that all agree prove little, however
 * often they are resampled.
 */
export function pairedPValue(differences: Float64Array, inputs: number): number {
  let above = 0;
  let below = 0;
  for (const difference of differences) {
    if (difference >= 0) above++;
    if (difference <= 0) below++;
  }
  const bootstrap = (2 * (1 + Math.min(above, below))) / (differences.length + 1);
  return Math.min(1, Math.max(bootstrap, 2 ** (1 - inputs)));
}

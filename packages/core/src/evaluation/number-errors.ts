/** @file How far the numbers of a regression are from the true ones. */

import { createRandom } from "../util/random.ts";
import { type Interval, interval, RESAMPLES, resampledMeans } from "./statistics/bootstrap.ts";
import { spearman } from "./statistics/rank-correlation.ts";

/** A figure with its 95 % bootstrap interval. */
export type ErrorFigure = Interval & { readonly value: number };

export interface NumberErrors {
  /** Mean squared error, in squared units of the number. */
  readonly meanSquaredError: ErrorFigure;
  /** Mean absolute error, in units of the number. */
  readonly meanAbsoluteError: ErrorFigure;
  /** Correlation of the numbers with the true ones, -1..1; null where either side is always the same. */
  readonly pearson: number | null;
  /** Correlation of the ranks. */
  readonly spearman: number | null;
  readonly inputs: number;
}

/** One input: what the model gives, and what is true. */
export interface NumberPair {
  readonly given: number;
  readonly true: number;
}

/** Null without pairs. The same pairs and seed give the same numbers. */
export function numberErrors(pairs: readonly NumberPair[], seed: number, resamples = RESAMPLES): NumberErrors | null {
  if (pairs.length === 0) return null;
  const columns = [
    Float64Array.from(pairs, (pair) => (pair.given - pair.true) ** 2),
    Float64Array.from(pairs, (pair) => Math.abs(pair.given - pair.true)),
  ];
  const resampled = resampledMeans(columns, createRandom(`${seed} bootstrap errors`), resamples);
  const figure = (c: number): ErrorFigure => ({
    value: mean(columns[c] as Float64Array),
    ...interval(resampled[c] as Float64Array),
  });
  const [given, truths] = [pairs.map((pair) => pair.given), pairs.map((pair) => pair.true)];
  const isConstant = (values: readonly number[]) => values.every((value) => value === values[0]);
  const isFlat = isConstant(given) || isConstant(truths);
  return {
    meanSquaredError: figure(0),
    meanAbsoluteError: figure(1),
    pearson: isFlat ? null : pearson(given, truths),
    spearman: isFlat ? null : spearman(given, truths),
    inputs: pairs.length,
  };
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Pearson's correlation; both sides must vary. */
function pearson(a: readonly number[], b: readonly number[]): number {
  const [middleA, middleB] = [mean(a), mean(b)];
  let [covariance, varianceA, varianceB] = [0, 0, 0];
  a.forEach((value, i) => {
    const [x, y] = [value - middleA, (b[i] as number) - middleB];
    covariance += x * y;
    varianceA += x * x;
    varianceB += y * y;
  });
  return covariance / Math.sqrt(varianceA * varianceB);
}

/** @file Weighted least squares over subsets of features: with the sum given, or with an intercept and a penalty. */

import type { Kept } from "../perturbable.ts";

/** What a linear function of the features is fitted to. */
export interface Samples {
  readonly subsets: readonly Kept[];
  /** v(S) of each. */
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** What is added to the diagonal, as a share of its mean, where samples leave something open: the smallest solution. */
const SMALL_PENALTY = 1e-8;

/**
 * phi that minimises sum_S w_S (sum_{i in S} phi_i - v(S))^2 + penalty * ||phi||^2 where sum_i phi_i = `sum`: in closed form by
 * a Lagrange multiplier (Covert & Lee 2021, eq. 7). Of several such phi the one of the smallest norm, nearly.
 *
 * @param values - v(S) - v(none).
 */
export function fitWithSum(
  { subsets, values, weights }: Samples,
  count: number,
  sum: number,
  penalty = 0,
): readonly number[] {
  const matrix = square(count);
  const target = new Float64Array(count);
  subsets.forEach((subset, s) => {
    const weight = weights[s] as number;
    const there = indicesOf(subset);
    for (const i of there) {
      (target[i] as number) += weight * (values[s] as number);
      const row = matrix[i] as Float64Array;
      for (const j of there) (row[j] as number) += weight;
    }
  });
  const [free, ones] = solve(matrix, [target, new Float64Array(count).fill(1)], penalty) as [
    Float64Array,
    Float64Array,
  ];
  const multiplier = (total(free) - sum) / total(ones);
  return Array.from(free, (value, i) => value - multiplier * (ones[i] as number));
}

/**
 * The coefficients of a linear function with an intercept that is not penalised:
 * sum_S w_S (c + sum_{i in S} phi_i - v(S))^2 + penalty * ||phi||^2 (ridge regression).
 */
export function fitWithIntercept(
  { subsets, values, weights }: Samples,
  count: number,
  penalty: number,
): readonly number[] {
  const all = total(weights);
  const meanValue = values.reduce((sum, value, s) => sum + value * (weights[s] as number), 0) / all;
  const means = new Float64Array(count);
  subsets.forEach((subset, s) => {
    for (const i of indicesOf(subset)) (means[i] as number) += (weights[s] as number) / all;
  });
  const matrix = square(count);
  const target = new Float64Array(count);
  subsets.forEach((subset, s) => {
    const weight = weights[s] as number;
    const row = Float64Array.from(subset, (there, i) => there - (means[i] as number));
    row.forEach((one, i) => {
      (target[i] as number) += weight * one * ((values[s] as number) - meanValue);
      const line = matrix[i] as Float64Array;
      row.forEach((other, j) => {
        (line[j] as number) += weight * one * other;
      });
    });
  });
  return Array.from((solve(matrix, [target], penalty) as [Float64Array])[0]);
}

/** x of (M + penalty I) x = b for each b; M symmetric, without negative eigenvalues. */
function solve(
  matrix: readonly Float64Array[],
  targets: readonly Float64Array[],
  penalty: number,
): readonly Float64Array[] {
  const mean = matrix.reduce((sum, row, i) => sum + (row[i] as number), 0) / Math.max(1, matrix.length);
  const lower = cholesky(matrix, penalty) ?? cholesky(matrix, Math.max(penalty, SMALL_PENALTY * mean || 1));
  return targets.map((target) =>
    backward(lower as readonly Float64Array[], forward(lower as readonly Float64Array[], target)),
  );
}

/** L of L L^T = M + penalty I; undefined where that is singular, to the precision of its largest element. */
function cholesky(matrix: readonly Float64Array[], penalty: number): readonly Float64Array[] | undefined {
  const least = 1e-12 * matrix.reduce((most, row, i) => Math.max(most, (row[i] as number) + penalty), 0);
  const lower = square(matrix.length);
  for (const [i, row] of lower.entries()) {
    for (let j = 0; j <= i; j++) {
      const other = lower[j] as Float64Array;
      let sum = (matrix[i]?.[j] as number) + (i === j ? penalty : 0);
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      if (i !== j) row[j] = sum / (other[j] as number);
      else if (sum > least) row[j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/** y of L y = b. */
function forward(lower: readonly Float64Array[], target: Float64Array): Float64Array {
  const found = target.slice();
  for (const [i, row] of lower.entries()) {
    for (let k = 0; k < i; k++) (found[i] as number) -= (row[k] as number) * (found[k] as number);
    (found[i] as number) /= row[i] as number;
  }
  return found;
}

/** x of L^T x = y. */
function backward(lower: readonly Float64Array[], target: Float64Array): Float64Array {
  const found = target.slice();
  for (let i = lower.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < lower.length; k++) (found[i] as number) -= (lower[k]?.[i] as number) * (found[k] as number);
    (found[i] as number) /= lower[i]?.[i] as number;
  }
  return found;
}

const square = (count: number): Float64Array[] => Array.from({ length: count }, () => new Float64Array(count));
const total = (numbers: Float64Array | readonly number[]): number => {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
};
const indicesOf = (subset: Kept): number[] => [...subset.keys()].filter((i) => subset[i] === 1);

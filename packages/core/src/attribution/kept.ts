/** @file Which features of an input are kept, in the order of a map. */

import type { Kept } from "./perturbable.ts";

/**
 * Indices of the features, most supportive first (largest attribution, not largest magnitude). Equal ones stay in the order
 * of the text.
 */
export const ranked = (attribution: readonly number[]): number[] =>
  [...attribution.keys()].sort((a, b) => (attribution[b] as number) - (attribution[a] as number) || a - b);

/** Everything kept except `removed`. */
export function without(count: number, removed: readonly number[]): Kept {
  const kept = new Uint8Array(count).fill(1);
  for (const feature of removed) kept[feature] = 0;
  return kept;
}

/** Nothing kept except `features`. */
export function only(count: number, features: readonly number[]): Kept {
  const kept = new Uint8Array(count);
  for (const feature of features) kept[feature] = 1;
  return kept;
}

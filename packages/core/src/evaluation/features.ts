/** @file What metrics remove, keep and rank: words or tokens of a text, patches of an image, without the special ones. */

import type { TokenFeature, Word } from "../input/features.ts";

export const FEATURE_KINDS = ["word", "token"] as const;
export type FeatureKind = (typeof FEATURE_KINDS)[number];

/** One removable element of an input. */
export interface EvaluationFeature {
  /** Indices of the model's positions that it is made of; at least one. */
  readonly positions: readonly number[];
  /** UTF-16 offsets into the text, end exclusive; both 0 for a patch. */
  readonly start: number;
  readonly end: number;
  /** Of a patch: the part of the picture that it shows, as shares of the picture's width and height. */
  readonly area?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** The removable features of a text in its order: its words, or its tokens. Special tokens are in none. */
export function textFeatures(
  { features, words }: { readonly features: readonly TokenFeature[]; readonly words: readonly Word[] },
  kind: FeatureKind,
): readonly EvaluationFeature[] {
  if (kind === "token") {
    return features.flatMap(({ special, start, end }, position) =>
      special ? [] : [{ positions: [position], start, end }],
    );
  }
  const positions = words.map((): number[] => []);
  features.forEach(({ word }, position) => {
    if (word !== null) positions[word]?.push(position);
  });
  return words
    .map(({ start, end }, index) => ({ positions: positions[index] as number[], start, end }))
    .filter((feature) => feature.positions.length > 0);
}

/** Attribution of each feature: the sum over its positions. */
export const featureAttribution = (features: readonly EvaluationFeature[], attribution: readonly number[]): number[] =>
  features.map(({ positions }) => positions.reduce((sum, position) => sum + (attribution[position] as number), 0));

/**
 * Indices of the features, most supportive first (largest attribution, not largest magnitude). Equal ones stay in the order
 * of the text.
 */
export const ranked = (attribution: readonly number[]): number[] =>
  [...attribution.keys()].sort((a, b) => (attribution[b] as number) - (attribution[a] as number) || a - b);

/** Which features of an input are kept, one number per feature: 1 kept, 0 removed. */
export type Kept = Uint8Array;

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

/** @file What metrics remove, keep and rank: words or tokens of a text, patches of an image, without the special ones. */

import type { TokenUnit, Word } from "../input/units.ts";

export const UNIT_KINDS = ["word", "token"] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/** One removable element of an input. */
export interface EvaluationUnit {
  /** Indices of the model's positions that it is made of; at least one. */
  readonly positions: readonly number[];
  /** UTF-16 offsets into the text, end exclusive; both 0 for a patch. */
  readonly start: number;
  readonly end: number;
  /** Of a patch: the part of the picture that it shows, as shares of the picture's width and height. */
  readonly area?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** The removable units of a text in its order: its words, or its tokens. Special tokens are in none. */
export function textUnits(
  { units, words }: { readonly units: readonly TokenUnit[]; readonly words: readonly Word[] },
  kind: UnitKind,
): readonly EvaluationUnit[] {
  if (kind === "token") {
    return units.flatMap(({ special, start, end }, position) =>
      special ? [] : [{ positions: [position], start, end }],
    );
  }
  const positions = words.map((): number[] => []);
  units.forEach(({ word }, position) => {
    if (word !== null) positions[word]?.push(position);
  });
  return words
    .map(({ start, end }, index) => ({ positions: positions[index] as number[], start, end }))
    .filter((unit) => unit.positions.length > 0);
}

/** Attribution of each unit: the sum over its positions. */
export const unitAttribution = (units: readonly EvaluationUnit[], attribution: readonly number[]): number[] =>
  units.map(({ positions }) => positions.reduce((sum, position) => sum + (attribution[position] as number), 0));

/**
 * Indices of the units, most supportive first (largest attribution, not largest magnitude). Equal ones stay in the order
 * of the text.
 */
export const ranked = (attribution: readonly number[]): number[] =>
  [...attribution.keys()].sort((a, b) => (attribution[b] as number) - (attribution[a] as number) || a - b);

/** Which units of an input are kept, one number per unit: 1 kept, 0 removed. */
export type Kept = Uint8Array;

/** Everything kept except `removed`. */
export function without(count: number, removed: readonly number[]): Kept {
  const kept = new Uint8Array(count).fill(1);
  for (const unit of removed) kept[unit] = 0;
  return kept;
}

/** Nothing kept except `units`. */
export function only(count: number, units: readonly number[]): Kept {
  const kept = new Uint8Array(count);
  for (const unit of units) kept[unit] = 1;
  return kept;
}

/** @file Which numbers of an explanation a view shows, and their scale: those of the result or those of one block. */

import type { Explanation } from "../attribution/explanation.ts";
import { strengthBound } from "../reading/strength.ts";
import { boundOver, isWritten, itemsOf, mapBound, type QuantityName } from "./evidence.ts";
import { patchBound, type SignedScale, signedScale } from "./scale.ts";

/** What is shown: the result where there is no block. */
export interface Shown {
  /** Position in `blocks`. */
  readonly block: number | undefined;
  readonly quantity: QuantityName;
}

/** One number per feature. */
export function valuesOf(explanation: Explanation, { block, quantity }: Shown): readonly number[] {
  const chosen = block === undefined ? undefined : explanation.blocks[block];
  return chosen === undefined ? explanation.attribution : chosen[quantity];
}

/** The magnitude at full colour: one for the result, one for all blocks together, so that blocks can be compared. */
export function boundOf(explanation: Explanation, { block, quantity }: Shown): number {
  if (block === undefined || explanation.blocks[block] === undefined) return resultBound([explanation]);
  if (isWritten(explanation)) return boundOver(itemsOf(explanation), explanation.blocks, quantity);
  return Math.max(0, ...explanation.blocks.map((each) => patchBound(ofPatches(explanation, each[quantity]))));
}

/**
 * The magnitude at full colour of the results of several explanations side by side: what is strong for such a score, so that
 * next to nothing looks like next to nothing.
 */
export const resultBound = (explanations: readonly Explanation[]): number =>
  Math.max(0, ...explanations.map((explanation) => strengthBound(explanation)));

/** What strong evidence is for the score of an explanation, whatever its input holds. */
export const absoluteBound = (explanation: Explanation): number => resultBound([explanation]);

/** The magnitude at full colour of single tokens or patches in all blocks. */
export function featureBound(explanation: Explanation, quantity: QuantityName): number {
  return Math.max(
    0,
    ...explanation.blocks.map((block) => mapBound(explanation, ofPatches(explanation, block[quantity]))),
  );
}

/** Numbers without those of special tokens. */
const ofPatches = ({ features }: Explanation, values: readonly number[]): number[] =>
  values.filter((_, feature) => features[feature]?.special === false);

export const scaleTo = (bound: number, values: readonly number[] = []): SignedScale => signedScale(values, { bound });

/** "supports", "opposes": what a value says, for reading aloud. */
export function verbOf(value: number, isSigned: boolean): string {
  if (!isSigned) return value === 0 ? "does not matter" : "matters";
  if (value === 0) return "neither supports nor opposes";
  return value > 0 ? "supports" : "opposes";
}

/** The same in front of the name of a class: "supports", "matters for". */
export const verbFor = (value: number, isSigned: boolean): string =>
  `${verbOf(value, isSigned)}${isSigned ? "" : " for"}`;

/** Part of a total for reading: 0 when the total is 0. */
export const shareOf = (value: number, total: number): number => (total > 0 ? Math.abs(value) / total : 0);

/** Sum of magnitudes over all positions, which shares refer to. */
export const magnitudeOf = ({ attribution }: Explanation): number =>
  attribution.reduce((sum, value) => sum + Math.abs(value), 0);

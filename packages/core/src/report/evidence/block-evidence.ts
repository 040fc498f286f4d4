/** @file In which block evidence arises: what each block adds to the result for a word or patch, and shares of it. */

import type { Explanation } from "../../attribution/explanation.ts";
import { type Item, itemsOf, quantitiesOf, sumOver } from "../../render/evidence.ts";
import type { BlockEvidence } from "./evidence-report.ts";

/** Whether the explanation tells the evidence of single blocks. */
const hasBlocks = (explanation: Explanation): boolean => quantitiesOf(explanation).some(({ name }) => name === "fused");

/** Numbers of the blocks that explanations tell evidence of, sorted. */
export const blockIndices = (explanations: readonly Explanation[]): number[] =>
  [...new Set(explanations.filter(hasBlocks).flatMap(({ blocks }) => blocks.map(({ index }) => index)))].sort(
    (a, b) => a - b,
  );

/** What each block adds to the attribution of an item: its weight times its fused evidence, by number of the block. */
export const contributions = (explanation: Explanation, item: Item): Map<number, number> =>
  new Map(
    hasBlocks(explanation)
      ? explanation.blocks.map(({ index, weight, fused }) => [index, weight * sumOver(item, fused)])
      : [],
  );

/** Shares that sum to 1; empty where there is nothing to share. */
export function sharesOf(amounts: readonly number[]): number[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return total > 0 ? amounts.map((amount) => amount / total) : [];
}

/** The mean of lists of numbers; empty lists do not count. Zeros where all are. */
export function meanOf(lists: readonly (readonly number[])[], length: number): number[] {
  const said = lists.filter((list) => list.length > 0);
  return Array.from({ length }, (_, i) => said.reduce((sum, list) => sum + list[i]!, 0) / Math.max(1, said.length));
}

/** Mean over the inputs of the share that each block has in what supports, and in what opposes. */
export function blockEvidence(explanations: readonly Explanation[]): BlockEvidence[] {
  const indices = blockIndices(explanations);
  const shares = explanations.filter(hasBlocks).map((explanation) => {
    const added = itemsOf(explanation).map((item) => contributions(explanation, item));
    const held = (sign: 1 | -1) =>
      sharesOf(
        indices.map((index) => added.reduce((sum, each) => sum + Math.max(0, sign * (each.get(index) ?? 0)), 0)),
      );
    return { supporting: held(1), opposing: held(-1) };
  });
  const [supporting, opposing] = (["supporting", "opposing"] as const).map((side) =>
    meanOf(
      shares.map((each) => each[side]),
      indices.length,
    ),
  );
  return indices.map((index, i) => ({ index, supporting: supporting![i]!, opposing: opposing![i]! }));
}

/** @file The smallest set of at most five features whose removal changes a decision, by asking about all small sets of the strongest. Knows no model. */

import type { Removal } from "../../attribution/counterfactual/smallest-set.ts";

/** Asks what removing each of some sets does. */
export type AskAll = (sets: readonly (readonly number[])[]) => Promise<readonly Removal[]>;

/** How many of the strongest features sets of each size are made of: all by themselves, then fewer and fewer. */
const CANDIDATES = [256, 14, 10, 8, 7];

/** Most features of a set. */
export const MOST_CHANGED = CANDIDATES.length;

/** What was asked about sets of one size. */
export interface SearchedSize {
  readonly size: number;
  /** Of how many features the sets were made. */
  readonly candidates: number;
  readonly sets: number;
}

export interface SmallestChange {
  /** Null where no set that was asked about changes the decision. */
  readonly set: readonly number[] | null;
  /** Up to the size at which one was found. */
  readonly searched: readonly SearchedSize[];
}

/**
 * All sets of one size are asked about before the next size, so that none of the candidates' smaller sets does what the
 * found one does: it is minimal. Candidates are those whose removal by itself moves the decision furthest. Never is
 * everything removed. Of sets of one size the one that changes the decision most clearly is taken.
 *
 * Cost: at most min(n, 256) + 91 + 120 + 70 + 21 questions.
 *
 * @param order - The features, strongest first, where they are more than can all be asked about.
 */
export async function smallestChange(order: readonly number[], ask: AskAll): Promise<SmallestChange> {
  const searched: SearchedSize[] = [];
  let candidates = order.slice(0, CANDIDATES[0]);
  for (let size = 1; size <= Math.min(MOST_CHANGED, order.length - 1); size++) {
    candidates = candidates.slice(0, CANDIDATES[size - 1]);
    const sets = subsets(candidates, size);
    const answers = await ask(sets);
    searched.push({ size, candidates: candidates.length, sets: sets.length });
    const byMargin = [...sets.keys()].sort((a, b) => marginAt(answers, b) - marginAt(answers, a) || a - b);
    const found = byMargin.find((i) => answers[i]?.flips === true);
    if (found !== undefined) return { set: sets[found] as readonly number[], searched };
    if (size === 1) candidates = byMargin.flatMap((i) => sets[i] ?? []);
  }
  return { set: null, searched };
}

const marginAt = (answers: readonly Removal[], i: number): number => answers[i]?.margin ?? Number.NEGATIVE_INFINITY;

/** All sets of `size` items, those of the first items first. */
function subsets(items: readonly number[], size: number): (readonly number[])[] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}

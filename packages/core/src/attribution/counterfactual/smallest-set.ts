/** @file The smallest set of features whose removal flips a decision: greedy in an order, then pruned. Knows no model. */

/** What removing a set of features does. */
export interface Removal {
  readonly flips: boolean;
  /** How clearly: larger is further away from the decision at the input. */
  readonly margin: number;
}

/** Asks what removing each of some sets does; undefined where there is not enough left to ask that many. */
export type AskRemovals = (sets: readonly (readonly number[])[]) => Promise<readonly Removal[] | undefined>;

/** Of a greedy order so many sizes are asked at once: few are asked in vain, and the engine has a batch. */
const SIZES_AT_ONCE = 4;

/** Sizes of the beginnings of an order of `count` features: every one up to 6, then each a quarter larger or more. */
export function growingSizes(count: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = 1; size < count; size = size < 6 ? size + 1 : Math.ceil(size * 1.25)) sizes.push(size);
  return count === 0 ? [] : [...sizes, count];
}

/** The beginning of an order whose removal flips the decision. */
export interface FlippingStart {
  /** Its size; undefined where none that was asked flips it. */
  readonly size: number | undefined;
  /** The largest size that was asked. */
  readonly asked: number;
}

/**
 * The first of the growing beginnings of `order` whose removal flips the decision.
 *
 * Cost: at most one question for each of `growingSizes`.
 */
export async function flippingStart(order: readonly number[], ask: AskRemovals): Promise<FlippingStart> {
  const sizes = growingSizes(order.length);
  let asked = 0;
  for (let from = 0; from < sizes.length; from += SIZES_AT_ONCE) {
    const some = sizes.slice(from, from + SIZES_AT_ONCE);
    const answers = await ask(some.map((size) => order.slice(0, size)));
    if (answers === undefined) break;
    asked = some.at(-1) as number;
    const first = answers.findIndex(({ flips }) => flips);
    if (first >= 0) return { size: some[first] as number, asked: some[first] as number };
  }
  return { size: undefined, asked };
}

export interface PrunedSet {
  /** In the order of the set that was given. */
  readonly set: readonly number[];
  /** Whether it was tested that the decision is what it was with any one of the set put back. */
  readonly minimal: boolean;
}

/**
 * A set that flips the decision, without what is not needed for that: in every round each feature is put back by itself; of
 * those without which the decision stays flipped as many as possible are put back together, the most clearly flipped first.
 * It ends when none can be put back (1-minimal, as delta debugging has it: Zeller and Hildebrandt 2002).
 *
 * Cost: for every round one question for each feature that is left, and one for each doubling of those that can go.
 *
 * @param flipping - A set whose removal flips the decision.
 */
export async function prunedSet(flipping: readonly number[], ask: AskRemovals): Promise<PrunedSet> {
  let set = flipping;
  for (;;) {
    // Without the only feature nothing is removed, which flips nothing.
    if (set.length === 1) return { set, minimal: true };
    const left = set;
    const answers = await ask(left.map((feature) => left.filter((other) => other !== feature)));
    if (answers === undefined) return { set, minimal: false };
    const spare = left
      .map((feature, i) => ({ feature, ...(answers[i] as Removal) }))
      .filter(({ flips }) => flips)
      .sort((a, b) => b.margin - a.margin)
      .map(({ feature }) => feature);
    if (spare.length === 0) return { set, minimal: true };
    const counts = doublings(Math.min(spare.length, left.length - 1));
    const smaller = counts.map((count) => {
      const back = new Set(spare.slice(0, count));
      return left.filter((feature) => !back.has(feature));
    });
    const together = counts.length === 1 ? [] : await ask(smaller.slice(1));
    const largest = (together ?? []).findLastIndex(({ flips }) => flips);
    set = smaller[largest + 1] as readonly number[];
  }
}

/** 1, 2, 4, ..., most */
function doublings(most: number): readonly number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

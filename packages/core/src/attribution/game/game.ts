/**
 * @file A cooperative game over the features of an input (Shapley 1953): v(S) says what the score is where only the features
 * of S are there. All methods that need forward passes alone ask it and nothing else.
 */

import type { Kept } from "../perturbable.ts";

/**
 * A game over features that are numbered from 0. Estimators (shapley.ts, owen.ts, ...) take any game: that of an input
 * (input-game.ts), or a table of values.
 */
export interface Game {
  /** Number of features. */
  readonly count: number;
  /**
   * v(S) of every subset, in their order; in units of the target score. A subset is one number per feature, 1 for those that
   * are there. What was asked before costs nothing; large questions are divided into batches.
   *
   * Cost: one evaluation for each subset that was not asked for before.
   *
   * @throws The reason of the signal, between batches, once it is aborted.
   */
  values(subsets: readonly Kept[]): Promise<readonly number[]>;
  /** Subsets evaluated so far, each once. What is known beforehand does not count. */
  evaluations(): number;
}

export interface GameOptions {
  /** Subsets that are evaluated at once. Default: all of a question. */
  readonly batchSize?: number;
  /** Values that are known beforehand. */
  readonly known?: readonly (readonly [subset: Kept, value: number])[];
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch with the number of evaluations so far. */
  readonly onEvaluated?: (evaluations: number) => void;
}

/** A game whose values `evaluate` computes: for every subset of a batch one number, in their order. */
export function createGame(
  count: number,
  evaluate: (subsets: readonly Kept[]) => Promise<readonly number[]> | readonly number[],
  { batchSize = Number.MAX_SAFE_INTEGER, known = [], signal, onEvaluated }: GameOptions = {},
): Game {
  const values = new Map(known.map(([subset, value]) => [keyOf(subset), value]));
  let evaluations = 0;
  return {
    count,
    async values(subsets) {
      const keys = subsets.map(keyOf);
      const fresh = new Map<string, Kept>();
      keys.forEach((key, index) => {
        if (!values.has(key)) fresh.set(key, subsets[index] as Kept);
      });
      const pending = [...fresh];
      for (let start = 0; start < pending.length; start += batchSize) {
        signal?.throwIfAborted();
        const batch = pending.slice(start, start + batchSize);
        const found = await evaluate(batch.map(([, subset]) => subset));
        batch.forEach(([key], index) => {
          values.set(key, found[index] as number);
        });
        evaluations += batch.length;
        onEvaluated?.(evaluations);
      }
      return keys.map((key) => values.get(key) as number);
    },
    evaluations: () => evaluations,
  };
}

const keyOf = (subset: Kept): string => subset.join("");

/** All features. */
export const everything = (count: number): Kept => new Uint8Array(count).fill(1);

/** No feature. */
export const nothing = (count: number): Kept => new Uint8Array(count);

/** A subset with one more feature. */
export function including(subset: Kept, feature: number): Kept {
  const larger = subset.slice();
  larger[feature] = 1;
  return larger;
}

/** A subset without one of its features. */
export function excluding(subset: Kept, feature: number): Kept {
  const smaller = subset.slice();
  smaller[feature] = 0;
  return smaller;
}

/** The features that are not in the subset. */
export const complement = (subset: Kept): Kept => subset.map((there) => 1 - there);

/** v of all features, and of none. Cost: two evaluations, fewer where they are known. */
export async function endsOf(game: Game): Promise<{ readonly whole: number; readonly none: number }> {
  const [whole, none] = await game.values([everything(game.count), nothing(game.count)]);
  return { whole: whole as number, none: none as number };
}

/** @file A map, fitted to what the model says of random halves of the features. */

import { createRandom, type Random } from "../../util/random.ts";
import type { Kept } from "../perturbable.ts";
import type { Game } from "./game.ts";
import { fitWithIntercept } from "./least-squares.ts";

/**
 * What a change of one feature's value costs in the fit of so many features: the map weighs as much as one subset for each
 * feature, whose share in it is the variance of a coin, 1/4. Less follows the noise of few subsets, more leaves the map as
 * it is (docs/faithfulness.md).
 */
const penaltyOf = (features: number): number => features / 4;

/**
 * s + r with the r that minimises
 *
 *     sum over S of ( v(S) - c - sum_{i in S} (s_i + r_i) )^2 + m/4 ||r||^2
 *
 * over r and c, for m features, less its mean, so that the sum of the map stays. S are random subsets, each feature in it with chance 1/2,
 * whose regression on all of them has the Banzhaf values (Hammer & Holzman 1992). The map is what is believed of them
 * beforehand: with few subsets little of it changes, and nothing where it is right already, but for a constant.
 *
 * The subsets depend on their number and that of the features, and on no seed, so that an input has one map wherever it is
 * explained, and those of two classes differ by the classes alone.
 *
 * @param map - One number for each feature, in units of the target score.
 * @param subsets - How many are drawn, each once; all of few features.
 *
 * Cost: `subsets` evaluations.
 */
export async function fittedMap(game: Game, map: readonly number[], subsets: number): Promise<number[]> {
  const drawn = halves(game.count, subsets, createRandom("subsets"));
  const found = await game.values(drawn);
  const values = drawn.map((subset, s) => (found[s] as number) - sumOver(map, subset));
  const change = fitWithIntercept(
    { subsets: drawn, values, weights: drawn.map(() => 1) },
    game.count,
    penaltyOf(game.count),
  );
  const mean = change.reduce((sum, value) => sum + value, 0) / Math.max(1, game.count);
  return map.map((value, i) => value + (change[i] as number) - mean);
}

/** Different subsets, each feature with chance 1/2. */
function halves(count: number, wanted: number, random: Random): readonly Kept[] {
  const drawn = new Map<string, Kept>();
  const number = Math.min(wanted, 2 ** count);
  while (drawn.size < number) {
    const subset = Uint8Array.from({ length: count }, () => random.below(2));
    drawn.set(subset.join(""), subset);
  }
  return [...drawn.values()];
}

const sumOver = (map: readonly number[], subset: Kept): number =>
  map.reduce((sum, value, i) => (subset[i] === 1 ? sum + value : sum), 0);

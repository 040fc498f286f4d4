/** @file A map of gradients, refined by what the model says when features are taken away. */

import { type Refinement, UNREFINED } from "../effort.ts";
import { bothEnds } from "./both-ends.ts";
import { fittedMap } from "./fitted-map.ts";
import type { Game } from "./game.ts";
import { orderedPath } from "./ordered-path.ts";

/** Most groups of features of a path: another path brings more than more groups do (docs/faithfulness.md). */
export const PATH_STEPS = 12;
/**
 * Most features of a map that is refined. Beyond it ends cost more than they bring, and the groups of a path say too little
 * of each of their features: on texts of 100 words maps lost by it (docs/faithfulness.md).
 */
export const MOST_FEATURES = 64;

/** What is asked of an input with so many features. */
export const refinementOf = (features: number, asked: Refinement): Refinement =>
  features <= MOST_FEATURES ? asked : UNREFINED;

export interface Refined {
  /** One number for each feature. */
  readonly values: readonly number[];
  /** Share of the map that was given in the values; the rest was measured by the game. */
  readonly share: number;
  /** Steps that were made: the fit, the ends, and each path. */
  readonly steps: number;
}

/** Steps that are asked for. */
export const stepsOf = ({ subsets, paths, ends }: Refinement): number => (subsets > 0 ? 1 : 0) + (ends ? 1 : 0) + paths;

/**
 * The mean of the map and of estimates by the game, each with the same weight, where the map is fitted to random subsets
 * first. The estimates add up to v(all) - v(none), and the fit leaves the sum of the map, so that values differ from that by
 * no more than the map does. In a game without interactions a map that is exact stays.
 *
 * Gradients say how evidence flows along one path on which all features come at once; the game says what they do one after
 * another. Neither is the truth where features interact. Their errors differ, so that the mean ranks better than each of
 * them: measured in docs/faithfulness.md.
 *
 * @param map - One number for each feature, in units of the target score.
 * @param mayGoOn - Asked before every step: false ends it with those that were made.
 *
 * Cost: at most one evaluation for each subset, 2 (12 - 1) for each path, 2 per feature for the ends, and two.
 */
export async function refine(
  game: Game,
  map: readonly number[],
  asked: Refinement,
  mayGoOn: () => boolean = () => true,
): Promise<Refined> {
  const { subsets, paths, ends } = refinementOf(game.count, asked);
  const fits = subsets > 0 && mayGoOn();
  const estimates: (readonly number[])[] = [fits ? await fittedMap(game, map, subsets) : map];
  const mean = () =>
    map.map((_, i) => estimates.reduce((sum, estimate) => sum + (estimate[i] as number), 0) / estimates.length);
  if (ends && mayGoOn()) estimates.push(await bothEnds(game));
  for (let path = 0; path < paths && mayGoOn(); path++) estimates.push(await orderedPath(game, mean(), PATH_STEPS));
  return { values: mean(), share: 1 / estimates.length, steps: estimates.length - 1 + (fits ? 1 : 0) };
}

/** Evaluations that refining takes, about. */
export const refinementCost = (features: number, { subsets, paths, ends }: Refinement): number =>
  2 + subsets + paths * 2 * (Math.min(features, PATH_STEPS) - 1) + (ends ? 2 * features : 0);

/** @file What each feature does alone, and what is missing without it: the two ends of all orders of features. */

import { only, without } from "../kept.ts";
import { endsOf, type Game } from "./game.ts";

/**
 * The mean of v({i}) - v(none) and v(all) - v(all without i), and an equal share of what the sum of these lacks, so that
 * the values add up to v(all) - v(none).
 *
 * @returns One number for each feature, in units of the target score.
 *
 * Cost: 2 evaluations for each feature, besides v(all) and v(none).
 */
export async function bothEnds(game: Game): Promise<number[]> {
  const features = Array.from({ length: game.count }, (_, feature) => feature);
  const { whole, none } = await endsOf(game);
  const alone = await game.values(features.map((feature) => only(game.count, [feature])));
  const absent = await game.values(features.map((feature) => without(game.count, [feature])));
  const means = features.map((i) => ((alone[i] as number) - none + whole - (absent[i] as number)) / 2);
  const lacking = (whole - none - means.reduce((sum, value) => sum + value, 0)) / Math.max(1, game.count);
  return means.map((value) => value + lacking);
}

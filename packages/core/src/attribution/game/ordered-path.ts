/** @file What features add to a game when they come in the order of a map, and take away when they go in that order. */

import { only, ranked, without } from "../kept.ts";
import type { Game } from "./game.ts";

/**
 * The mean of two sets of marginal contributions: of the features put into an empty input, largest value first, and of the
 * features taken out of the whole input in the same order. Each set adds up to v(all) - v(none), and so does the mean: of
 * all orders that Shapley values average (Shapley 1953), these are the two in which the map says that the evidence is.
 *
 * More features than steps go in groups of neighbours in the order. A feature of a group has its own value in the map and
 * an equal share of what the group adds beyond the sum of those, so that the values still add up.
 *
 * @param map - One number for each feature: the order, and the values within a group.
 * @param steps - Most groups.
 * @returns One number for each feature, in units of the target score.
 *
 * Cost: at most 2 (steps - 1) evaluations besides v(all) and v(none).
 */
export async function orderedPath(game: Game, map: readonly number[], steps: number): Promise<number[]> {
  const order = ranked(map);
  const groups = Math.min(order.length, steps);
  const cuts = Array.from({ length: groups + 1 }, (_, g) => Math.round((g * order.length) / groups));
  const values = await game.values([
    ...cuts.map((cut) => only(game.count, order.slice(0, cut))),
    ...cuts.map((cut) => without(game.count, order.slice(0, cut))),
  ]);
  const [come, gone] = [values.slice(0, cuts.length), values.slice(cuts.length)];
  const found = new Array<number>(game.count).fill(0);
  for (let g = 0; g < groups; g++) {
    const group = order.slice(cuts[g], cuts[g + 1]);
    const added = (come[g + 1] as number) - (come[g] as number);
    const taken = (gone[g] as number) - (gone[g + 1] as number);
    const own = group.reduce((sum, feature) => sum + (map[feature] as number), 0);
    const beyond = ((added + taken) / 2 - own) / group.length;
    for (const feature of group) found[feature] = (map[feature] as number) + beyond;
  }
  return found;
}

/** @file Shapley values (Shapley 1953): all subsets of few features, random orders of many. */

import type { Random } from "../../util/random.ts";
import type { Kept } from "../perturbable.ts";
import { createGame, type Game, including, nothing } from "./game.ts";

/** Most features of which all subsets are ever evaluated. */
const MOST_ENUMERATED = 16;

/**
 * Shapley values of a game,
 *
 *     phi_i = sum over S without i of |S|! (m - |S| - 1)! / m! * (v(S with i) - v(S)),
 *
 * which sum to v(all) - v(none) exactly. Where all 2^m subsets are no more than the evaluations allowed, they are computed;
 * else the mean over random orders of what each feature adds to those before it (Castro, Gomez & Tejada 2009), each order
 * walked from both ends (antithetic: Mitchell et al. 2022, section 4.1; the Permutation explainer of shap).
 *
 * @param evaluations - Most evaluations, at least 2. Fewer than there are features: neighbours are valued together, and share.
 */
export async function shapleyValues(
  game: Game,
  { evaluations, random }: { readonly evaluations: number; readonly random: Random },
): Promise<readonly number[]> {
  const { count } = game;
  if (count <= MOST_ENUMERATED && 2 ** count <= evaluations) return exactShapley(game);
  if (count > evaluations) {
    const groups = neighbours(count, evaluations);
    return shared(await shapleyValues(joinedGame(game, groups), { evaluations, random }), groups, count);
  }
  // Of every order the ends are known; every second one is that before it from the other end.
  const orders: (readonly number[])[] = [];
  for (let left = Math.max(1, Math.floor((evaluations - 1) / (count - 1))); left > 0; left -= 2) {
    const order = random.shuffle([...nothing(count).keys()]);
    orders.push(...[order, [...order].reverse()].slice(0, left));
  }
  return meanOverOrders(game, orders);
}

/** By the definition. Cost: all 2^m subsets. */
export async function exactShapley(game: Game): Promise<readonly number[]> {
  const { count } = game;
  const subsets = Array.from({ length: 2 ** count }, (_, bits) =>
    Uint8Array.from({ length: count }, (_, feature) => (bits >> feature) & 1),
  );
  const values = await game.values(subsets);
  // |S|! (m - |S| - 1)! / m! = 1 / (m * binomial(m - 1, |S|))
  const weights = [1 / count];
  for (let size = 1; size < count; size++) weights.push(((weights[size - 1] as number) * size) / (count - size));
  const sizes = subsets.map((subset) => subset.reduce((sum, there) => sum + there, 0));
  return Array.from({ length: count }, (_, feature) =>
    values.reduce((sum, value, bits) => {
      if (((bits >> feature) & 1) === 1) return sum;
      const gained = (values[bits | (1 << feature)] as number) - value;
      return sum + (weights[sizes[bits] as number] as number) * gained;
    }, 0),
  );
}

/** What each feature adds to those before it, in the mean over the orders. Cost: a subset for every place of every order. */
export async function meanOverOrders(game: Game, orders: readonly (readonly number[])[]): Promise<readonly number[]> {
  const paths = orders.map((order) => {
    const path: Kept[] = [nothing(game.count)];
    for (const feature of order) path.push(including(path.at(-1) as Kept, feature));
    return path;
  });
  const values = await game.values(paths.flat());
  const result = new Array<number>(game.count).fill(0);
  orders.forEach((order, o) => {
    const start = o * (game.count + 1);
    order.forEach((feature, place) => {
      const gained = (values[start + place + 1] as number) - (values[start + place] as number);
      (result[feature] as number) += gained / orders.length;
    });
  });
  return result;
}

/** All features in so many groups of neighbours, as equal as can be. */
function neighbours(count: number, groups: number): readonly (readonly number[])[] {
  const start = (group: number) => Math.floor((group * count) / groups);
  return Array.from({ length: groups }, (_, g) =>
    Array.from({ length: start(g + 1) - start(g) }, (_, i) => start(g) + i),
  );
}

/** The game whose features are groups of those of another. */
function joinedGame(game: Game, groups: readonly (readonly number[])[]): Game {
  const spread = (subset: Kept): Kept => {
    const all = nothing(game.count);
    groups.forEach((group, g) => {
      for (const feature of group) all[feature] = subset[g] as number;
    });
    return all;
  };
  return { ...createGame(groups.length, (subsets) => game.values(subsets.map(spread))), evaluations: game.evaluations };
}

/** The values of groups, of which each feature has an equal share. */
function shared(values: readonly number[], groups: readonly (readonly number[])[], count: number): readonly number[] {
  const result = new Array<number>(count).fill(0);
  groups.forEach((group, g) => {
    for (const feature of group) result[feature] = (values[g] as number) / group.length;
  });
  return result;
}

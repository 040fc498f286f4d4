/** @file Leave-one-out: what is lost where one feature is missing. */

import { everything, excluding, type Game } from "./game.ts";

/** v(all) - v(all but i), for every feature i. Cost: one evaluation per feature. */
export async function leaveOneOut(game: Game): Promise<readonly number[]> {
  const all = everything(game.count);
  const [whole, ...without] = await game.values([all, ...[...all.keys()].map((feature) => excluding(all, feature))]);
  return without.map((value) => (whole as number) - value);
}

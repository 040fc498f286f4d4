/** @file LIME (Ribeiro, Singh & Guestrin 2016): a linear function fitted near the input. */

import type { Random } from "../../util/random.ts";
import type { Kept } from "../perturbable.ts";
import { everything, type Game } from "./game.ts";
import { fitWithIntercept } from "./least-squares.ts";

/** Of the lime package: width of the kernel of distances (cosine) 0 to 1, and penalty of the regression. */
const KERNEL_WIDTH = 0.25;
const PENALTY = 1;

/**
 * The coefficients of a ridge regression of v on subsets near the whole input, as the lime package makes it: penalty 1, an
 * intercept, all features; a subset weighs exp(-d^2 / (2 * 0.25^2)) where d = 1 - sqrt(|S| / m) is its cosine distance.
 *
 * @param evaluations - Subsets besides the whole one, drawn with repetition.
 * @param draw - "sizes": so many removed as a number from 1 to m says, as for texts; "each": every feature with chance 1/2,
 * as for pictures.
 */
export async function lime(
  game: Game,
  {
    evaluations,
    random,
    draw,
  }: { readonly evaluations: number; readonly random: Random; readonly draw: "sizes" | "each" },
): Promise<readonly number[]> {
  const all = everything(game.count);
  const drawn = Array.from({ length: evaluations }, () =>
    draw === "sizes" ? withoutSome(all, random) : coins(all, random),
  );
  return limeFit(game, [all, ...drawn]);
}

/** The regression on given subsets. */
export async function limeFit(game: Game, subsets: readonly Kept[]): Promise<readonly number[]> {
  const values = await game.values(subsets);
  const weights = subsets.map((subset) => {
    const size = subset.reduce((sum, there) => sum + there, 0);
    const distance = 1 - Math.sqrt(size / game.count);
    return Math.exp(-(distance ** 2) / (2 * KERNEL_WIDTH ** 2));
  });
  return fitWithIntercept({ subsets, values, weights }, game.count, PENALTY);
}

function withoutSome(all: Kept, random: Random): Kept {
  const subset = all.slice();
  const removed = 1 + random.below(all.length);
  for (const feature of random.shuffle([...all.keys()]).slice(0, removed)) subset[feature] = 0;
  return subset;
}

const coins = (all: Kept, random: Random): Kept => all.map(() => random.below(2));

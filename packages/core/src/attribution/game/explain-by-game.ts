/** @file The result of a method that asks a game: a value of every feature, shared by the positions that it is made of. */

import { createRandom, type Random } from "../../util/random.ts";
import { measureCompleteness } from "../completeness.ts";
import type { MethodResult } from "../method.ts";
import { endsOf } from "./game.ts";
import { createInputGame, type GameContext, type InputGame } from "./input-game.ts";

/** How a method values the features of a game. */
export interface Estimate {
  /** Evaluations that it will need, about: what progress is measured by. */
  readonly evaluations: number;
  /** What results say of options, besides the baseline. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** One number for each feature. */
  values(): Promise<readonly number[]>;
}

/**
 * Explains one part of an input by its game.
 *
 * A word of several tokens has one value, of which each of its tokens has an equal share, so that the word's sum is its
 * value. Positions that belong to no feature have 0.
 *
 * @param estimate - How the method goes about it; `random` is a stream of its own, from the seed of the explanation.
 * @param sums - Whether values say anything of v(all) - v(none): completeness is measured then, else it is null.
 */
export async function explainByGame(
  context: GameContext,
  estimate: (game: InputGame, random: Random) => Estimate,
  sums: boolean,
): Promise<MethodResult> {
  let expected = Number.POSITIVE_INFINITY;
  const game = await createInputGame(context, (done) => context.onProgress(Math.min(1, done / expected)));
  const { evaluations, options, values } = estimate(game, createRandom(`${context.options.seed} game`));
  expected = Math.max(1, evaluations);
  const found = await values();
  const attribution = context.input.features.map(() => 0);
  for (const [feature, positions] of game.features.entries()) {
    for (const position of positions) attribution[position] = (found[feature] as number) / positions.length;
  }
  const ends = sums ? await endsOf(game) : undefined;
  return {
    attribution,
    blocks: [],
    completeness: ends === undefined ? null : measureCompleteness(attribution, ends.whole, ends.none),
    options: { baseline: game.baseline, ...options },
    modelEvaluations: game.passes(),
    warnings: game.warnings,
  };
}

/** @file Methods that estimate values of words or patches by a number of forward passes: what all of them share. */

import type { Random } from "../../util/random.ts";
import type { AttributionMethod } from "../method.ts";
import { SAMPLING_OPTIONS } from "../options.ts";
import { budgetOf } from "./budget.ts";
import { explainByGame } from "./explain-by-game.ts";
import type { InputGame } from "./input-game.ts";

export interface SamplingMethod
  extends Pick<AttributionMethod<typeof SAMPLING_OPTIONS>, "name" | "title" | "summary" | "complete"> {
  /** One number for each feature, by about so many evaluations. */
  values(
    game: InputGame,
    budget: { readonly evaluations: number; readonly random: Random },
  ): Promise<readonly number[]>;
}

/**
 * An attribution method of it. What is complete adds up to v(all) - v(none), and completeness is measured; others state none.
 *
 * Unit: that of the target score. Cost: `evaluations` forward passes for each baseline, and for each window of a long text.
 */
export const samplingMethod = ({ values, ...method }: SamplingMethod): AttributionMethod<typeof SAMPLING_OPTIONS> => ({
  ...method,
  signed: true,
  classSpecific: true,
  onRequest: true,
  options: SAMPLING_OPTIONS,
  run: (context) =>
    explainByGame(
      context,
      (game, random) => {
        const evaluations = budgetOf(context.options.evaluations, game.count);
        return { evaluations, options: { evaluations }, values: () => values(game, { evaluations, random }) };
      },
      method.complete === true,
    ),
});

/** @file Occlusion (Zeiler & Fergus 2014; leave-one-out, Li et al. 2016): what the score loses when a feature is replaced. */

import { onlyOptions } from "../../options/option.ts";
import { explainByGame } from "../game/explain-by-game.ts";
import { leaveOneOut } from "../game/leave-one-out.ts";
import type { AttributionMethod } from "../method.ts";
import { INTEGRAL_OPTIONS } from "../options.ts";

/** The options that it takes. */
const OPTIONS = onlyOptions(INTEGRAL_OPTIONS, ["baseline"]);

/**
 * F(x) - F(x with feature i replaced by that of the baseline), for every word or patch; special features have 0.
 *
 * Completeness compares the sum with what the score loses when all are replaced at once; it is off by what features do
 * together.
 *
 * Cost: one forward pass per feature, and two.
 */
export const occlusion: AttributionMethod<typeof OPTIONS> = {
  name: "occlusion",
  summary: "loss of the score when a word or patch is replaced by the baseline (Zeiler & Fergus 2014)",
  signed: true,
  classSpecific: true,
  revision: 2,
  options: OPTIONS,
  run: (context) =>
    explainByGame(context, (game) => ({ evaluations: game.count + 1, values: () => leaveOneOut(game) }), true),
};

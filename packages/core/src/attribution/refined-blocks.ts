/** @file The map of all blocks refined by forward passes, and what the maps of the blocks get of that. */

import { InvalidOptionError } from "../errors.ts";
import { measureCompleteness } from "./completeness.ts";
import { isRefinable, type Refinement, refines, UNREFINED } from "./effort.ts";
import type { Warning } from "./explanation.ts";
import { createInputGame, type GameContext } from "./game/input-game.ts";
import { refine, refinementCost, refinementOf, stepsOf } from "./game/refine.ts";
import { drawnBaselines } from "./integral/layer-integrals.ts";
import type { MethodResult } from "./method.ts";
import { removableFeatures } from "./prepared-input.ts";

/** @throws {InvalidOptionError} Where a map of this baseline cannot be refined and is asked to be. */
export function checkRefinement(refinement: Refinement, baseline: unknown): void {
  if (!refines(refinement) || isRefinable(baseline)) return;
  const option = (["paths", "subsets", "ends"] as const).find((name) => refinement[name]) as keyof Refinement;
  throw new InvalidOptionError(
    'Cannot refine a map from baseline "zero" by forward passes: its hidden states are those of no input, so that features cannot be exchanged with it; set subsets and paths to 0 and leave ends out, or use another baseline',
    option,
    refinement[option],
  );
}

/** Share of the progress that refining is given. */
export const REFINING_SHARE = 0.25;

/**
 * The result with an attribution that is refined by the game over the words or patches of the input.
 *
 * What refining changes of a feature is added to its value in the fused map of every block, a word's change in equal shares
 * to its tokens: what features do together is no block's own. The blocks' relevance stays as it was integrated, weighted
 * and added up the fused maps still are the attribution, and the sum of each moves towards the difference of the scores.
 * Special positions, which the game never changes, keep the share that the map has in the mean.
 *
 * Cost: one forward pass for each evaluation of the game and each baseline, and those at the baselines.
 */
export async function refinedBlocks(
  context: GameContext,
  result: MethodResult,
  given: Refinement,
): Promise<MethodResult> {
  if (!refines(given)) return result;
  const refinement = refinementOf(removableFeatures(context.input).length, given);
  if (!refines(refinement)) return unrefined(result);
  const { model, deadline, onProgress } = context;
  let expected = 1;
  const game = await createInputGame(
    context,
    (done) => onProgress(Math.min(1, 1 - REFINING_SHARE * (1 - Math.min(1, done / expected)))),
    // The same that were integrated from, so that both add up to the same difference.
    drawnBaselines(model, context.options),
  );
  if (!game.emptyIsBaseline) return unrefined({ ...result, modelEvaluations: result.modelEvaluations + game.passes() });
  expected = refinementCost(game.count, refinement);
  const map = game.features.map((positions) => sumAt(result.attribution, positions));
  const inTime = () => deadline === undefined || model.platform.now() < deadline;
  const { values, share, steps } = await refine(game, map, refinement, inTime);
  const change = result.attribution.map((value) => (share - 1) * value);
  for (const [feature, positions] of game.features.entries()) {
    const each = ((values[feature] as number) - (map[feature] as number)) / positions.length;
    for (const position of positions) change[position] = each;
  }
  const attribution = result.attribution.map((value, t) => value + (change[t] as number));
  // What draws say of the map is said of the one before it was refined.
  const { drawn: _, ...refined } = result;
  return {
    ...refined,
    attribution,
    blocks: result.blocks.map((block) => ({
      ...block,
      fused: block.fused.map((value, t) => value + (change[t] as number)),
    })),
    completeness:
      result.completeness === null
        ? null
        : measureCompleteness(attribution, result.completeness.scoreAtInput, result.completeness.scoreAtBaseline),
    modelEvaluations: result.modelEvaluations + game.passes(),
    warnings: steps < stepsOf(refinement) ? [...result.warnings, NOT_REFINED] : result.warnings,
  };
}

/** What results say of options is what had an effect. */
const unrefined = (result: MethodResult): MethodResult => ({
  ...result,
  options: { ...result.options, ...UNREFINED },
});

const sumAt = (values: readonly number[], positions: readonly number[]): number =>
  positions.reduce((sum, position) => sum + (values[position] as number), 0);

const NOT_REFINED: Warning = {
  code: "not-refined",
  message:
    "The map was not refined by all subsets, paths and ends that were asked for: the time was used before; allow more",
};

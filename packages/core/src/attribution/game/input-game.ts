/** @file The game of an input: features that are not there are replaced by those of a baseline. */

import { evaluateScore, logitsRow } from "../../program/score.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { streamOf } from "../../transformer/anatomy.ts";
import { baselineStates, chosenBaselines, type UsedBaseline } from "../baseline/baseline.ts";
import type { Warning } from "../explanation.ts";
import { forwardRows } from "../integral/run-size.ts";
import type { MethodContext } from "../method.ts";
import type { Baseline, INTEGRAL_OPTIONS } from "../options.ts";
import type { Kept } from "../perturbable.ts";
import { removableFeatures } from "../prepared-input.ts";
import { createGame, everything, type Game } from "./game.ts";

/** What the game of an input is made of: any method that takes a baseline has it. */
export type GameContext = MethodContext<Pick<typeof INTEGRAL_OPTIONS, "baseline">>;

/** A baseline and the seed that it is drawn with, where it is drawn. */
export interface SeededBaseline {
  readonly baseline: Baseline | undefined;
  readonly seed: number;
}

export interface InputGame extends Game {
  /** Positions of the input that each feature is made of; the same features that metrics remove. */
  readonly features: readonly (readonly number[])[];
  /** How the features lie, row by row, where they are the patches of a picture. */
  readonly grid?: { readonly rows: number; readonly columns: number };
  /** The baseline as results state it; a list where there are several. */
  readonly baseline: unknown;
  readonly warnings: readonly Warning[];
  /** Whether the empty input is the baseline: a state of the caller's may differ from the input at special positions, too. */
  readonly emptyIsBaseline: boolean;
  /** Forward passes spent so far: one for each evaluation and baseline, and those at the baselines. */
  passes(): number;
}

/**
 * The game of one part of an input. v(S) is the score where every feature outside S is replaced by that of the baseline at
 * its place; with several baselines, the mean over them. The part of a long text that is one window has a game of its own:
 * values that are linear in the game (Shapley, leave-one-out) are those of the whole text once parts are joined, since the
 * score of the whole is the mean of the windows', and a word that a window does not read changes nothing there.
 *
 * The vector that enters the first block depends on its own position only, so features are replaced there, all positions of
 * a word at once: what metrics do to the same words with the replacement that is called as the baseline is. Special features
 * stay. The whole input is known from the forward pass that explanations begin with.
 *
 * Cost: the passes of the baselines; then one forward pass for every subset and baseline.
 *
 * @param onEvaluated - Called after every batch with the number of evaluations so far.
 * @param baselines - With the seed of each. Default: those of the options, drawn once.
 * @throws As `baselineStates`.
 */
export async function createInputGame(
  context: GameContext,
  onEvaluated: (evaluations: number) => void = () => {},
  baselines: readonly SeededBaseline[] = chosenBaselines(context.options).map((baseline) => ({
    baseline,
    seed: context.options.seed,
  })),
): Promise<InputGame> {
  const { model, input, forward, options, scoreAtInput } = context;
  const used: UsedBaseline[] = [];
  for (const { baseline, seed } of baselines) used.push(await baselineStates(model, input, baseline, seed));
  const features = removableFeatures(input);
  const positions = forward.hiddenStates[0]?.shape[1] ?? 0;
  const evaluate = async (subsets: readonly Kept[]): Promise<readonly number[]> => {
    const mean = new Array<number>(subsets.length).fill(0);
    for (const { hiddenStates } of used) {
      const scores = await scoresOf(context, features, hiddenStates[0] as FloatTensor, subsets);
      scores.forEach((score, s) => {
        mean[s] = (mean[s] as number) + score / used.length;
      });
    }
    return mean;
  };
  const game = createGame(features.length, evaluate, {
    batchSize: forwardRows(model, positions, options),
    known: [[everything(features.length), scoreAtInput]],
    signal: options.signal,
    onEvaluated,
  });
  const { patches } = streamOf(model.anatomy);
  return {
    ...game,
    features,
    ...(patches !== undefined && patches.rows * patches.columns === features.length
      ? { grid: { rows: patches.rows, columns: patches.columns } }
      : {}),
    emptyIsBaseline: used.every(({ hiddenStates }) =>
      agreeBeside(features, forward.hiddenStates[0] as FloatTensor, hiddenStates[0] as FloatTensor),
    ),
    baseline: used.length === 1 ? used[0]?.spelled : used.map(({ spelled }) => spelled),
    warnings: used.flatMap(({ warnings }) => warnings),
    passes: () => used.reduce((sum, { passes }) => sum + game.evaluations() + passes, 0),
  };
}

/** Difference of two numbers of a first hidden state, in units of the largest, that rounding explains. */
const ROUNDING = 1e-5;

/** Whether two first hidden states [1, positions, width] are the same at all positions that are no part of a feature. */
function agreeBeside(features: readonly (readonly number[])[], a: FloatTensor, b: FloatTensor): boolean {
  const [, positions = 0, width = 0] = a.shape;
  const own = new Set(features.flat());
  const largest = a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let t = 0; t < positions; t++) {
    if (own.has(t)) continue;
    for (let i = t * width; i < (t + 1) * width; i++) {
      if (Math.abs((a.data[i] as number) - (b.data[i] as number)) > ROUNDING * largest) return false;
    }
  }
  return true;
}

/** F of the input with the features outside each subset replaced by those of `baseline` [1, positions, width]. */
async function scoresOf(
  { model, input, forward, score }: GameContext,
  features: readonly (readonly number[])[],
  baseline: FloatTensor,
  subsets: readonly Kept[],
): Promise<number[]> {
  const hidden = forward.hiddenStates[0] as FloatTensor;
  const [, positions = 0, width = 0] = hidden.shape;
  const size = positions * width;
  const states = new Float32Array(subsets.length * size);
  for (const [row, subset] of subsets.entries()) {
    states.set(hidden.data, row * size);
    for (const [feature, own] of features.entries()) {
      if (subset[feature] === 1) continue;
      for (const t of own) states.set(baseline.data.subarray(t * width, (t + 1) * width), row * size + t * width);
    }
  }
  const hiddenState = floatTensor(states, [subsets.length, positions, width]);
  const logits = await model.programs.logitsFrom({ block: 0, hiddenState, feeds: input.feeds });
  const perRow = logits.data.length / subsets.length;
  return subsets.map((_, row) => {
    const own = floatTensor(logits.data.subarray(row * perRow, (row + 1) * perRow), [1, ...logits.shape.slice(1)]);
    return evaluateScore(score, logitsRow(own, score.position));
  });
}

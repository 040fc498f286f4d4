/** @file From a method's context to the integrals of the asked-for blocks: options checked, baseline run, memory divided. */

import { InvalidOptionError } from "../../errors.ts";
import { optionsKey } from "../../options/resolve.ts";
import { evaluateScore, largestLogit, logitsRow } from "../../program/score.ts";
import { nextTokensOf } from "../../transformer/anatomy.ts";
import { baselineStates, chosenBaselines } from "../baseline/baseline.ts";
import { isCustom } from "../baseline/custom-baseline.ts";
import { LEAST_DIFFERENCE } from "../completeness.ts";
import type { ExplainableModel } from "../explainable-model.ts";
import type { Warning } from "../explanation.ts";
import type { MethodContext } from "../method.ts";
import { type Baseline, GENERAL_OPTIONS, INTEGRAL_OPTIONS } from "../options.ts";
import { SharedWork } from "../shared-work.ts";
import { type IntegralResult, integrateBlocks } from "./block-integrals.ts";
import { type LayerIntegrals, meanIntegrals } from "./mean-integrals.ts";
import { sweepLimit, sweepMemoryWarnings } from "./run-size.ts";

/** Points of one block of a language model: blocks that need more do not come to an end soon (docs/decoders.md). */
const MOST_DECODER_POINTS = 48;

/** What integrating knows of a method's options. */
type Context = MethodContext<typeof INTEGRAL_OPTIONS>;

/** All options that an integral may depend on. */
const TABLE = { ...GENERAL_OPTIONS, ...INTEGRAL_OPTIONS };

/**
 * Integrates the given blocks for a method, unless it was done; from several baselines, the mean of their integrals.
 *
 * @throws {InvalidOptionError} For options out of range.
 */
export async function layerIntegrals(given: Context, layers: readonly number[]): Promise<LayerIntegrals> {
  const { options, model, deadline, onProgress } = given;
  const { steps, tolerance } = options;
  const baselines = drawnBaselines(model, options);
  // Baselines are looked at together before they are integrated from.
  const context = baselines.length === 1 ? given : { ...given, shared: given.shared ?? new SharedWork() };
  const results: LayerIntegrals[] = [];
  const share = await commonShare(context, baselines);
  for (const [i, { baseline, seed }] of baselines.entries()) {
    const now = model.platform.now();
    const part = {
      ...context,
      options: { ...options, seed, tolerance: share * tolerance },
      // What is left of the time is divided among the baselines that are left.
      deadline: deadline === undefined ? undefined : now + (deadline - now) / (baselines.length - i),
      onProgress: (done: number) => onProgress((i + done) / baselines.length),
    };
    results.push(await fromBaseline(part, layers, baseline));
  }
  if (results.length === 1) return results[0] as LayerIntegrals;
  const mean = meanIntegrals(results, tolerance);
  return {
    ...mean,
    options: { ...mean.options, baseline: onceEach(results.map((result) => result.options.baseline)) },
    drawn: results.map(({ blocks }) => blocks.map(({ relevance }) => relevance)),
    warnings: [
      ...mean.baselineWarnings,
      ...sweepMemoryWarnings(model, context.input.features.length, options),
      ...warningsOf(mean, tolerance, steps),
    ],
  };
}

/** Baselines as results spell them; draws of one are one. */
function onceEach(spelled: readonly unknown[]): unknown {
  const [first, ...others] = new Map(spelled.map((one) => [JSON.stringify(one), one])).values();
  return others.length === 0 ? first : spelled;
}

/** The baselines that integrals are the mean over: those that are asked for, each draw of one with a seed of its own. */
export const drawnBaselines = (model: ExplainableModel, options: Pick<Context["options"], "baseline" | "seed">) =>
  chosenBaselines(options).flatMap((baseline) => drawsOf(model, baseline, options.seed));

/** A baseline with the seed of each draw of it: other seeds draw nothing that these do. */
function drawsOf({ modality, ...model }: ExplainableModel, baseline: Baseline | undefined, seed: number) {
  const { baselines } = modality;
  const name = baseline ?? baselines.defaultName({ modality, ...model });
  const draws = typeof name === "string" ? (baselines.draws?.(name) ?? 1) : 1;
  return Array.from({ length: draws }, (_, draw) => ({ baseline, seed: seed * draws + draw }));
}

/** Least share of the tolerance that is asked of single baselines: sums of float32 are not much closer. */
const LEAST_SHARE = 1 / 50;

/**
 * What of the tolerance each of several baselines may use, so that their mean is within it. Where the score rises from one
 * and falls from another, the mean difference is smaller than theirs, and their errors are a larger share of it; where it
 * rises from all of them, or falls, all.
 */
async function commonShare(
  context: Context,
  baselines: readonly { readonly baseline: Baseline | undefined; readonly seed: number }[],
): Promise<number> {
  const { score, scoreAtInput, options } = context;
  // Random points would have to be as many times more as the square of it.
  if (baselines.length === 1 || options.steps !== "auto" || options.quadrature === "stochastic") return 1;
  const differences: number[] = [];
  for (const { baseline, seed } of baselines) {
    const { logits } = await statesOf({ ...context, options: { ...options, seed } }, baseline);
    // Every block has a score of its own there.
    if (logits === undefined) return 1;
    differences.push(scoreAtInput - evaluateScore(score, logitsRow(logits, score.position)));
  }
  const sum = differences.reduce((sum, difference) => sum + difference, 0);
  const magnitudes = differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  return magnitudes === 0 ? 1 : Math.max(LEAST_SHARE, Math.abs(sum) / magnitudes);
}

/** The states of a baseline, computed once. */
async function statesOf({ model, input, shared, options }: Context, baseline: Baseline | undefined) {
  const compute = () => baselineStates(model, input, baseline, options.seed);
  if (shared === undefined) return compute();
  const own = isCustom(baseline) ? { custom: shared.numberOf(baseline) } : baseline;
  const key = JSON.stringify(["baseline states", own, options.seed]);
  return (await shared.onceFor(key, [], compute)).result;
}

async function fromBaseline(
  context: Context,
  layers: readonly number[],
  baseline: Baseline | undefined,
): Promise<LayerIntegrals> {
  const { shared, score, options } = context;
  if (shared === undefined) return integrate(context, layers, baseline);
  const own = isCustom(baseline) ? { custom: shared.numberOf(baseline) } : baseline;
  const key = JSON.stringify([
    "layer integrals",
    score,
    // Where time is limited, what a block gets depends on the others.
    options.timeBudget === undefined ? undefined : layers,
    optionsKey(TABLE, { ...options, baseline: own }),
  ]);
  const { parts, result } = await shared.onceFor(key, layers, () => integrate(context, layers, baseline));
  return parts.length === layers.length ? result : ofLayers(context, result, layers);
}

/** Of integrals of more blocks, those asked for: paths of different blocks do not depend on each other. */
function ofLayers({ model, input, options }: Context, all: LayerIntegrals, layers: readonly number[]) {
  const { steps, tolerance } = options;
  const own = { ...all, blocks: all.blocks.filter(({ index }) => layers.includes(index)) };
  return {
    ...own,
    options: { ...all.options, layers },
    warnings: [
      ...all.baselineWarnings,
      ...sweepMemoryWarnings(model, input.features.length, options),
      ...warningsOf(own, tolerance, steps),
    ],
  };
}

async function integrate(
  context: Context,
  layers: readonly number[],
  baseline: Baseline | undefined,
): Promise<LayerIntegrals> {
  const { model, input, forward, score, scoreAtInput, options, onProgress } = context;
  const { steps, quadrature, tolerance, seed } = options;
  const { platform } = model;
  const states = await statesOf(context, baseline);
  const result = await integrateBlocks({
    programs: model.programs,
    hiddenStates: forward.hiddenStates,
    baselines: states.hiddenStates,
    scoreAtBaseline:
      states.logits === undefined ? undefined : evaluateScore(score, logitsRow(states.logits, score.position)),
    scoreAtInput,
    scale: largestLogit(forward.logits, states.logits),
    score,
    feeds: input.feeds,
    layers,
    quadrature,
    steps,
    tolerance,
    seed,
    deadline: context.deadline,
    now: () => platform.now(),
    ...(nextTokensOf(model.anatomy) === undefined ? {} : { mostPoints: MOST_DECODER_POINTS }),
    rowsThatFit: sweepLimit(model, input.features.length, options, vocabularyLogits(model, forward.logits.data.length)),
    onRun: onProgress,
    signal: options.signal,
  });
  return {
    ...result,
    evaluations: result.evaluations + states.passes,
    options: { baseline: states.spelled, layers },
    baselineWarnings: states.warnings,
    warnings: [
      ...states.warnings,
      ...sweepMemoryWarnings(model, input.features.length, options),
      ...warningsOf(result, tolerance, steps),
    ],
  };
}

function warningsOf({ blocks, stopped }: IntegralResult, tolerance: number, steps: number | "auto"): Warning[] {
  const missed = blocks.filter((block) => !block.completeness.converged);
  return missed.length === 0 ? [] : [notConverged(missed, tolerance, remedyOf(steps, stopped))];
}

function notConverged(missed: IntegralResult["blocks"], tolerance: number, remedy: string): Warning {
  const blocks = missed.map(
    ({ index, completeness: { relativeError, standardError, scoreAtInput, scoreAtBaseline, points } }) => {
      const difference = Math.max(Math.abs(scoreAtInput - scoreAtBaseline), LEAST_DIFFERENCE);
      const spread = standardError === undefined ? "" : `, standard error ${percent(standardError / difference)}`;
      return `block ${index} (${percent(relativeError)}${spread} with ${points} points)`;
    },
  );
  return {
    code: "not-converged",
    message: `The completeness error is above ${Number((100 * tolerance).toPrecision(3))} % in ${blocks.join(", ")}: ${remedy}`,
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function remedyOf(steps: number | "auto", stopped: boolean): string {
  if (stopped) return "the time was used before it was met; allow more";
  return steps === "auto" ? "its sum is off by that share of the score difference" : 'use more steps, or steps "auto"';
}

/** The blocks to explain, ascending and once each. @throws {InvalidOptionError} */
export function checkedLayers(layers: readonly number[] | undefined, blocks: number): readonly number[] {
  if (layers === undefined) return Array.from({ length: blocks }, (_, index) => index);
  const sorted = [...new Set(layers)].sort((a, b) => a - b);
  const wrong = sorted.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= blocks);
  if (wrong !== undefined || sorted.length === 0) {
    throw new InvalidOptionError(
      `Cannot explain ${wrong === undefined ? "an empty list of blocks" : `block ${wrong}`}: the model has blocks 0 to ${blocks - 1}`,
      "layers",
      layers,
    );
  }
  return sorted;
}

/** Numbers of the logits of a row, where they take memory worth counting. */
const vocabularyLogits = ({ anatomy }: ExplainableModel, count: number): number =>
  nextTokensOf(anatomy) === undefined ? 0 : count;

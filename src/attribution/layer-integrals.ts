/** @file From a method's context to the integrals of the asked-for blocks: options checked, baseline run, memory divided. */

import { InvalidOptionError, keyword } from "../errors.ts";
import { evaluateScore, logitsRow } from "../program/score.ts";
import { baselineStates } from "./baseline.ts";
import { type IntegralResult, integrateBlocks } from "./block-integrals.ts";
import type { Warning } from "./explanation.ts";
import type { MethodContext } from "./method.ts";
import { DEFAULTS, QUADRATURES } from "./options.ts";
import { sweepRows } from "./run-size.ts";

export interface LayerIntegrals extends IntegralResult {
  /** The options of the integration, defaults spelled out. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
}

/** Integrates the given blocks for a method, unless it was done. @throws {InvalidOptionError} For options out of range. */
export function layerIntegrals(context: MethodContext, layers: readonly number[]): Promise<LayerIntegrals> {
  const { shared, score, options } = context;
  if (shared === undefined) return integrate(context, layers);
  const { baseline, quadrature, steps, tolerance, seed } = options;
  const key = JSON.stringify(["layer integrals", score, layers, baseline, quadrature, steps, tolerance, seed]);
  return shared.once(key, () => integrate(context, layers));
}

async function integrate(context: MethodContext, layers: readonly number[]): Promise<LayerIntegrals> {
  const { model, input, forward, score, scoreAtInput, options, onProgress } = context;
  const quadrature = keyword("quadrature", options.quadrature ?? DEFAULTS.quadrature, QUADRATURES);
  const steps = checkedSteps(options.steps ?? DEFAULTS.steps);
  const tolerance = options.tolerance ?? DEFAULTS.tolerance;
  if (!(tolerance > 0)) {
    throw new InvalidOptionError(
      `Cannot use tolerance ${tolerance}: it must be greater than 0`,
      "tolerance",
      tolerance,
    );
  }
  const states = await baselineStates(model, input, options);
  const result = await integrateBlocks({
    programs: model.programs,
    hiddenStates: forward.hiddenStates,
    baselines: states.hiddenStates,
    scoreAtBaseline:
      states.logits === undefined ? undefined : evaluateScore(score, logitsRow(states.logits, score.position)),
    scoreAtInput,
    score,
    feeds: input.feeds,
    layers,
    quadrature,
    steps,
    tolerance,
    rowsPerRun: sweepRows(model, input.units.length, options),
    onRun: onProgress,
    signal: options.signal,
  });
  const missed = result.blocks.filter((block) => !block.completeness.converged);
  return {
    ...result,
    evaluations: result.evaluations + states.passes,
    options: { baseline: states.name, quadrature, steps, tolerance, layers },
    warnings: missed.length === 0 ? [] : [notConverged(missed, tolerance, steps)],
  };
}

function notConverged(missed: IntegralResult["blocks"], tolerance: number, steps: number | "auto"): Warning {
  const blocks = missed.map(
    ({ index, completeness }) =>
      `block ${index} (${(100 * completeness.relativeError).toFixed(1)} % with ${completeness.points} points)`,
  );
  const remedy =
    steps === "auto" ? "its sum is off by that share of the score difference" : 'use more steps, or steps "auto"';
  return {
    code: "not-converged",
    message: `The completeness error is above ${100 * tolerance} % in ${blocks.join(", ")}: ${remedy}`,
  };
}

function checkedSteps(steps: number | "auto"): number | "auto" {
  if (steps === "auto" || (Number.isInteger(steps) && steps >= 1)) return steps;
  throw new InvalidOptionError(
    `Cannot integrate with steps ${JSON.stringify(steps)}: use a whole number of at least 1, or "auto"`,
    "steps",
    steps,
  );
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

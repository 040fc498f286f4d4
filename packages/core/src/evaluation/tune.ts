/**
 * @file Chooses how the evidence of the blocks is fused and weighted, by a metric on a development set (METHOD 5).
 *
 * The best of many candidates looks better than it is on the inputs it was chosen on. So one half of the inputs chooses,
 * the other half says whether the choice beats the defaults there too, and only then it is accepted.
 */

import { UNREFINED } from "../attribution/effort.ts";
import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { ModelFacts, Warning } from "../attribution/explanation.ts";
import { DEFAULTS, type ExplainOptions, type Fusion, type LayerWeightsName } from "../attribution/options.ts";
import type { TunedSettings } from "../attribution/tuned.ts";
import { InputError, InvalidOptionError } from "../errors.ts";
import { createRandom } from "../util/random.ts";
import type { Evaluation, EvaluationSettings } from "./evaluation.ts";
import type { Metric } from "./metric.ts";
import type { NamedMethod } from "./named-methods.ts";
import { type Interval, interval, pairedPValue, resampledMeans } from "./statistics/bootstrap.ts";

/** Settings that are tried. */
export interface TuningSettings {
  readonly fusion: Fusion;
  readonly lambda: number;
  readonly layerWeights: LayerWeightsName | readonly number[];
}

export interface TuningCandidate extends TuningSettings {
  readonly name: string;
  /** Name of the layer weights: a scheme, or "early", "middle" and the like for a list. */
  readonly weights: string;
  /** Mean of the metric on the inputs that choose, and on the others. */
  readonly choosing: number;
  readonly confirming: number;
}

/** All of a tuning. `version` changes when a field changes meaning. */
export interface Tuning {
  readonly version: 2;
  readonly model: ModelFacts;
  readonly dataset: { readonly name: string; readonly choosing: number; readonly confirming: number };
  readonly settings: EvaluationSettings;
  readonly metric: { readonly name: string; readonly better: "higher" | "lower" };
  /** Best first on the inputs that choose. */
  readonly candidates: readonly TuningCandidate[];
  readonly defaults: TuningCandidate;
  readonly chosen: TuningCandidate;
  /** Of the other inputs: what the choice gains over the defaults, positive when it is better. */
  readonly gain: Interval & { readonly value: number; readonly pValue: number };
  /** Whether the gain is beyond chance: p <= 0.05. */
  readonly accepted: boolean;
  readonly warnings: readonly Warning[];
}

const LAMBDAS = [0, 0.25, 0.5, 0.75, 1] as const;
/** Places of the blocks that weigh most, as a share of the way up, for weights that fall off on both sides. */
const CENTRES = { early: 0, "lower middle": 0.25, middle: 0.5, "upper middle": 0.75, late: 1 } as const;
/** Fall-off of those weights: the standard deviation of a Gaussian, as a share of the blocks. */
const SPREAD = 0.25;
const SIGNIFICANT = 0.05;

/** The fusions and layer weights that are tried on a model with this many blocks. */
export function tuningGrid(blocks: number): readonly (TuningSettings & { name: string; weights: string })[] {
  const fusions: readonly (Pick<TuningSettings, "fusion" | "lambda"> & { label: string })[] = [
    { fusion: "transport", lambda: DEFAULTS.lambda, label: "transport" },
    { fusion: "gate", lambda: DEFAULTS.lambda, label: "gate" },
    ...LAMBDAS.map((lambda) => ({ fusion: "additive" as const, lambda, label: `additive, lambda ${lambda}` })),
  ];
  const place = (l: number) => (blocks === 1 ? 0 : l / (blocks - 1));
  const bump = (centre: number) =>
    Array.from({ length: blocks }, (_, l) => Number(Math.exp(-0.5 * ((place(l) - centre) / SPREAD) ** 2).toFixed(6)));
  const weights: readonly (readonly [string, TuningSettings["layerWeights"]])[] = [
    ["uniform", "uniform"],
    ["balanced", "balanced"],
    ["magnitude", "magnitude"],
    ["decay", "decay"],
    ["last", "last"],
    ...Object.entries(CENTRES).map(([name, centre]) => [name, bump(centre)] as const),
  ];
  return fusions.flatMap(({ fusion, lambda, label }) =>
    weights.map(([name, layerWeights]) => ({ name: `${label}, ${name}`, weights: name, fusion, lambda, layerWeights })),
  );
}

/** What is measured: CA-LIG with every setting of the grid, and the caller's other options. */
export const tuningMethods = ({ programs }: ExplainableModel, options: ExplainOptions): readonly NamedMethod[] =>
  tuningGrid(programs.blocks).map(({ name, fusion, lambda, layerWeights }) => ({
    name,
    options: {
      ...UNREFINED,
      ...options,
      method: "ca-lig",
      fusion,
      ...(fusion === "additive" ? { lambda } : {}),
      layerWeights,
    },
  }));

/** @throws {InvalidOptionError} When the metric has no single figure with a better direction. */
export function checkTunable({ name, figures }: Metric): "higher" | "lower" {
  const [figure, ...others] = figures;
  if (figure !== undefined && others.length === 0 && figure.better !== "none") return figure.better;
  throw new InvalidOptionError(
    `Cannot tune by "${name}": it has ${others.length === 0 ? "no better direction" : `${figures.length} figures`}; use a metric of one figure, such as faithfulness`,
    "metric",
    name,
  );
}

/**
 * Chooses from the evaluation of `tuningMethods` by one metric.
 *
 * @throws {InputError} When fewer than four inputs were measured.
 */
export function chooseSettings(
  evaluation: Evaluation,
  metric: Metric,
  { blocks, layerWeights: usualWeights }: { readonly blocks: number; readonly layerWeights: LayerWeightsName },
): Tuning {
  const better = checkTunable(metric);
  const sign = better === "higher" ? 1 : -1;
  const measured = evaluation.inputs.filter(({ measurements }) =>
    Object.values(measurements).every((own) => own[metric.name]?.[0] !== undefined),
  );
  if (measured.length < 4) {
    throw new InputError(
      `Cannot tune on ${evaluation.dataset.name}: "${metric.name}" applies to ${measured.length} of its inputs; give at least 4, better 100`,
    );
  }
  const order = createRandom(`${evaluation.settings.seed} tuning`).shuffle([...measured.keys()]);
  const middle = Math.ceil(order.length / 2);
  const halves = [order.slice(0, middle), order.slice(middle)] as const;
  const values = (name: string, half: readonly number[]) =>
    Float64Array.from(half, (i) => measured[i]?.measurements[name]?.[metric.name]?.[0] as number);
  const mean = (numbers: Float64Array) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const grid = tuningGrid(blocks).map(
    (settings): TuningCandidate => ({
      ...settings,
      choosing: mean(values(settings.name, halves[0])),
      confirming: mean(values(settings.name, halves[1])),
    }),
  );
  const isDefault = ({ fusion, layerWeights }: TuningSettings) =>
    fusion === DEFAULTS.fusion && layerWeights === usualWeights;
  const candidates = [...grid].sort(
    (a, b) => sign * (b.choosing - a.choosing) || Number(isDefault(b)) - Number(isDefault(a)),
  );
  const defaults = grid.find(isDefault) as TuningCandidate;
  const chosen = candidates[0] as TuningCandidate;
  const [own, usual] = [values(chosen.name, halves[1]), values(defaults.name, halves[1])];
  const differences = own.map((value, i) => sign * (value - (usual[i] as number)));
  const [resampled] = resampledMeans([differences], createRandom(`${evaluation.settings.seed} tuning gain`));
  const pValue = chosen === defaults ? 1 : pairedPValue(resampled as Float64Array, differences.length);
  const value = mean(differences);
  return {
    version: 2,
    model: evaluation.model,
    dataset: { name: evaluation.dataset.name, choosing: halves[0].length, confirming: halves[1].length },
    settings: evaluation.settings,
    metric: { name: metric.name, better },
    candidates,
    defaults,
    chosen,
    gain: { value, ...interval(resampled as Float64Array), pValue },
    accepted: value > 0 && pValue <= SIGNIFICANT,
    warnings: evaluation.warnings.filter(({ code }) => code !== "no-random-control"),
  };
}

/** What is stored with the model. */
export const tunedSettings = ({ chosen, metric, dataset }: Tuning): TunedSettings => ({
  fusion: chosen.fusion,
  lambda: chosen.lambda,
  layerWeights: chosen.layerWeights,
  chosenBy: {
    metric: metric.name,
    dataset: dataset.name,
    choosing: dataset.choosing,
    confirming: dataset.confirming,
  },
});

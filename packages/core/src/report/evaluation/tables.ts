/** @file An evaluation as tables, whatever they are written in: one per figure, best method first. */

import type { EvaluatedFigure, EvaluatedMethod, Evaluation } from "../../evaluation/evaluation.ts";
import { digitsFor, fixed, type NumberStyle } from "../../render/format.ts";
import { manyOf } from "../../util/plural.ts";
import { isPromptScore } from "../measured-in.ts";
import { replacementText } from "../removed.ts";

export interface FigureRow {
  readonly method: string;
  readonly randomControl: boolean;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Methods that it is significantly better than, best first. */
  readonly beats: readonly string[];
}

export interface FigureTable {
  readonly figure: EvaluatedFigure;
  readonly inputs: number;
  /** Best first; in the order of the methods where no direction is better. */
  readonly rows: readonly FigureRow[];
}

/** A table for every figure that could be measured. */
export function figureTables({ figures, methods, results, comparisons }: Evaluation): FigureTable[] {
  const isRandomControl = (name: string) => methods.some((method) => method.name === name && method.randomControl);
  return figures.flatMap((figure): FigureTable[] => {
    const own = results.filter((result) => result.figure === figure.name);
    const [first] = own;
    if (first === undefined) return [];
    const sign = { higher: -1, lower: 1, none: 0 }[figure.better];
    const sorted = [...own].sort((a, b) => sign * (a.value - b.value));
    const wins = comparisons.filter((comparison) => comparison.figure === figure.name);
    const beats = (method: string) =>
      sorted
        .map((other) => other.method)
        .filter((other) =>
          wins.some(
            ({ method: a, other: b, winner }) =>
              winner === method && ((a === method && b === other) || (b === method && a === other)),
          ),
        );
    return [
      {
        figure,
        inputs: first.inputs,
        rows: sorted.map(({ method, value, low, high }) => ({
          method,
          randomControl: isRandomControl(method),
          value,
          low,
          high,
          beats: beats(method),
        })),
      },
    ];
  });
}

/** "lower is better", "higher is better", or nothing. */
export const directionText = ({ better }: Pick<EvaluatedFigure, "better">): string =>
  better === "none" ? "" : `${better} is better`;

/** Decimals that show three significant digits of the smallest interval of a table, at least 3. */
export function decimalsOf({ rows }: FigureTable): number {
  const width = Math.min(...rows.map(({ low, high }) => high - low).filter((span) => span > 0));
  return Number.isFinite(width) ? Math.min(6, Math.max(3, 1 - Math.floor(Math.log10(width)))) : 3;
}

/** "0.371 to 0.412"; "none" where all inputs gave the same: resampling them says nothing of others. */
export function intervalText(
  { low, high }: Pick<FigureRow, "low" | "high">,
  decimals: number,
  style: NumberStyle = {},
): string {
  const [from, to] = [fixed(low, decimals, style), fixed(high, decimals, style)];
  return from === to ? "none: all alike" : `${from} to ${to}`;
}

/** The figures that tell methods apart at a first glance, by their metrics. */
const MAIN: readonly string[] = ["faithfulness", "deletion", "insertion", "cost"];

/** The tables of these figures, in that order. */
export const mainTables = (tables: readonly FigureTable[]): FigureTable[] =>
  MAIN.flatMap((metric) => tables.filter(({ figure }) => figure.metric === metric));

/** "ca-lig", "random (random control)" */
export const methodTitle = ({ name, randomControl }: Pick<EvaluatedMethod, "name" | "randomControl">): string =>
  `${name}${randomControl ? " (random control)" : ""}`;

/** What a method beats: "all others", their names, or nothing. */
export function beatsText({ beats }: FigureRow, { rows }: FigureTable): string {
  if (beats.length === 0) return "";
  return beats.length === rows.length - 1 && rows.length > 2 ? "all others" : beats.join(", ");
}

/** What was measured and how, as names and values. */
export function evaluationFacts(evaluation: Evaluation): (readonly [name: string, value: string])[] {
  const { model, dataset, settings } = evaluation;
  const { accuracy } = dataset;
  return [
    ["model", `${model.id} (${model.family}, ${model.blocks} blocks)`],
    [
      "data set",
      `${dataset.name}, ${dataset.measured} of ${dataset.size} inputs measured${dataset.skipped > 0 ? `, ${dataset.skipped} rows left out` : ""}`,
    ],
    ...(accuracy === null
      ? []
      : ([
          [
            "accuracy of the model",
            `${fixed(accuracy.value, 3)}${accuracy.high > accuracy.low ? ` (${intervalText(accuracy, 3)})` : ""} on ${accuracy.inputs} inputs`,
          ],
        ] as const)),
    ...errorFacts(dataset),
    [
      isPromptScore({ model }) || model.task === "fill-mask"
        ? "explained"
        : model.activation === "none"
          ? "output explained"
          : "class explained",
      settings.target === "predicted" ? "the predicted one of each input" : settings.target,
    ],
    ["score", model.activation === "none" && !isPromptScore({ model }) ? "score (regression)" : settings.score],
    ["removed features", removedFeatures(settings)],
    [
      "intervals",
      `95 %, ${settings.resamples} bootstrap resamples, seed ${settings.seed}; methods are compared on the same inputs, p-values corrected by Holm`,
    ],
  ];
}

/** How far the numbers of a regression are from the true ones. */
function errorFacts({ errors }: Evaluation["dataset"]): (readonly [string, string])[] {
  if (errors === undefined) return [];
  const { meanSquaredError: squared, meanAbsoluteError: absolute, pearson, spearman, inputs } = errors;
  const decimals = (figure: { readonly value: number }) => Math.max(3, digitsFor(figure.value));
  const shown = (figure: typeof squared) =>
    `${fixed(figure.value, decimals(figure))} (${intervalText(figure, decimals(figure))})`;
  const alike =
    pearson === null || spearman === null
      ? "correlation undefined: one side is always the same"
      : `Pearson ${fixed(pearson, 3)}, Spearman ${fixed(spearman, 3)}`;
  return [
    [
      "error of the model",
      `mean squared ${shown(squared)}, mean absolute ${shown(absolute)}; ${alike}; on ${inputs} inputs`,
    ],
  ];
}

/** What is removed, by what it is replaced, and in how many steps curves are drawn. */
function removedFeatures({ features, replacements, curveSteps }: Evaluation["settings"]): string {
  const [only, ...others] = replacements;
  const by =
    only !== undefined && others.length === 0
      ? replacementText(only)
      : replacements.map((one) => `${one.name}: ${replacementText(one)}`).join(", or ");
  const replaced = `${manyOf(features)}, replaced by ${by}`;
  return curveSteps === undefined ? replaced : `${replaced}; curves of at most ${curveSteps} steps`;
}

/** @file From measurements to tables: figures with intervals, and which method beats which. */

import { createRandom } from "../util/random.ts";
import type { Comparison, EvaluatedMethod, FigureResult, Measurements } from "./evaluation.ts";
import type { Figure, Metric } from "./metric.ts";
import { type Interval, interval, pairedPValue, RESAMPLES, resampledMeans } from "./statistics/bootstrap.ts";
import { holm } from "./statistics/holm.ts";

/** Largest corrected p-value that is called a difference. */
const SIGNIFICANCE = 0.05;

export interface Summary {
  readonly results: readonly FigureResult[];
  readonly comparisons: readonly Comparison[];
}

export interface SummaryOptions {
  readonly seed: number;
  readonly resamples?: number;
}

/**
 * Figures of every method and metric, with 95 % bootstrap intervals, and all pairs of methods compared on the same
 * inputs. An input counts for a metric when all methods have a measurement of it that have any.
 *
 * The same measurements and seed give the same numbers; a metric's numbers do not depend on which others there are.
 */
export function summarise(
  measurements: readonly Measurements[],
  methods: readonly Pick<EvaluatedMethod, "name">[],
  metrics: readonly Pick<Metric, "name" | "figures">[],
  { seed, resamples = RESAMPLES }: SummaryOptions,
): Summary {
  const results: FigureResult[] = [];
  const comparisons: Comparison[] = [];
  for (const metric of metrics) {
    if (metric.figures.length === 0) continue;
    // A method that the metric does not apply to (no baseline, no completeness) is no reason to leave the others out.
    const names = methods
      .map(({ name }) => name)
      .filter((method) => measurements.some((input) => (input[method]?.[metric.name] ?? null) !== null));
    const rows = completeRows(measurements, names, metric.name);
    if (names.length === 0 || rows.length === 0) continue;
    const width = (rows[0] as Row)[0]?.length ?? 0;
    // Column m x width + i: element i of method m.
    const columns = names.flatMap((_, m) =>
      Array.from({ length: width }, (_, i) =>
        Float64Array.from(rows, (row) => (row[m] as readonly number[])[i] as number),
      ),
    );
    const resampled = resampledMeans(columns, createRandom(`${seed} bootstrap ${metric.name}`), resamples);
    const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
    const ofMethod = <T>(all: readonly T[], m: number) => all.slice(m * width, (m + 1) * width);
    for (const figure of metric.figures) {
      const values = names.map((_, m) => figure.of(ofMethod(means, m)));
      const distributions = names.map((_, m) => figureOf(figure, ofMethod(resampled, m), resamples));
      names.forEach((method, m) => {
        results.push({
          method,
          figure: figure.name,
          value: values[m] as number,
          ...interval(distributions[m] as Float64Array),
          inputs: rows.length,
        });
      });
      if (figure.better !== "none") comparisons.push(...compareAll(figure, names, values, distributions, rows.length));
    }
  }
  return { results, comparisons };
}

/** Share of `true` with its interval. */
export function shareOf(
  outcomes: readonly boolean[],
  { seed, resamples = RESAMPLES }: SummaryOptions,
): (Interval & { readonly value: number; readonly inputs: number }) | null {
  if (outcomes.length === 0) return null;
  const column = Float64Array.from(outcomes, (outcome) => (outcome ? 1 : 0));
  const [means] = resampledMeans([column], createRandom(`${seed} bootstrap share`), resamples) as [Float64Array];
  const value = column.reduce((sum, one) => sum + one, 0) / column.length;
  return { value, ...interval(means), inputs: outcomes.length };
}

/** Measurements of one input by one metric: numbers per method. */
type Row = readonly (readonly number[])[];

function completeRows(measurements: readonly Measurements[], methods: readonly string[], metric: string): Row[] {
  return measurements.flatMap((input) => {
    const row = methods.map((method) => input[method]?.[metric] ?? null);
    return row.every((numbers) => numbers !== null) ? [row as Row] : [];
  });
}

function figureOf(figure: Figure, columns: readonly Float64Array[], resamples: number): Float64Array {
  return Float64Array.from({ length: resamples }, (_, resample) =>
    figure.of(columns.map((column) => column[resample] as number)),
  );
}

function compareAll(
  { name, better }: Figure,
  methods: readonly string[],
  values: readonly number[],
  distributions: readonly Float64Array[],
  inputs: number,
): Comparison[] {
  const pairs = methods.flatMap((_, a) => methods.slice(a + 1).map((_, i) => [a, a + 1 + i] as const));
  const compared = pairs.map(([a, b]) => {
    const differences = (distributions[a] as Float64Array).map(
      (value, resample) => value - ((distributions[b] as Float64Array)[resample] as number),
    );
    return { ...interval(differences), pValue: pairedPValue(differences, inputs) };
  });
  const corrected = holm(compared.map(({ pValue }) => pValue));
  return pairs.map(([a, b], pair): Comparison => {
    const difference = (values[a] as number) - (values[b] as number);
    const [method, other] = [methods[a] as string, methods[b] as string];
    const correctedPValue = corrected[pair] as number;
    const first = better === "higher" ? difference > 0 : difference < 0;
    return {
      figure: name,
      method,
      other,
      difference,
      ...(compared[pair] as (typeof compared)[number]),
      correctedPValue,
      winner: correctedPValue <= SIGNIFICANCE && difference !== 0 ? (first ? method : other) : null,
    };
  });
}

/** @file The test kit of metrics: examples worked out by hand, on a model that is a function of what is kept. */

import type { Metric, Subject } from "../../evaluation/metric.ts";
import { createRandom } from "../../util/random.ts";
import { apart, type KitCheck, KitReport } from "./report.ts";

/** An attribution, a model, and the numbers that the metric must give. */
export interface MetricExample extends Partial<Omit<Subject, "attribution" | "probe" | "random">> {
  readonly name: string;
  readonly attribution: readonly number[];
  /** Probability of the target for a variant: 1 for each feature that is kept, 0 for each that is removed. Default: always 1. */
  probability?(kept: readonly number[]): number;
  /** What `measure` must give; undefined where the metric does not apply. */
  readonly expected: readonly number[] | undefined;
}

/**
 * Checks a metric: the numbers of the examples, equally many and finite for all, the same when measured again; figures
 * that are finite; attributions left alone.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkMetric(
  metric: Metric,
  examples: readonly [MetricExample, ...MetricExample[]],
  tolerance = 1e-9,
): Promise<readonly KitCheck[]> {
  const report = new KitReport();
  const counts = new Set<number>();
  for (const example of examples) {
    await report.expect(`gives the numbers of an example: ${example.name}`, async () => {
      const attribution = Object.freeze([...example.attribution]);
      const measured = await metric.measure(subjectOf({ ...example, attribution }));
      if (measured === undefined || example.expected === undefined) {
        return measured === example.expected ? undefined : `${measured}, wanted ${example.expected}`;
      }
      counts.add(measured.length);
      const figures = metric.figures.map(({ name, of }) => ({ name, value: of(measured) }));
      const wrong = figures.find(({ value }) => !Number.isFinite(value));
      if (wrong !== undefined) return `figure "${wrong.name}" is ${wrong.value}`;
      const found = apart(measured, example.expected, tolerance);
      return found === undefined ? undefined : `${found}: [${measured}], wanted [${example.expected}]`;
    });
    await report.expect(`gives the same numbers again: ${example.name}`, async () => {
      const twice = [await metric.measure(subjectOf(example)), await metric.measure(subjectOf(example))];
      return apart(twice[0] ?? [], twice[1] ?? []);
    });
  }
  await report.expect("gives equally many numbers for all inputs", () =>
    counts.size <= 1 ? undefined : `${[...counts].join(" or ")} numbers`,
  );
  return report.finish("metric", metric.name);
}

/** A subject whose model is the function of the example: class 1 of two, predicted where its probability is above a half. */
function subjectOf({
  attribution,
  probability = () => 1,
  expected: _expected,
  name: _name,
  ...rest
}: MetricExample): Subject {
  let asked = 0;
  const outputs: Subject["probe"]["outputs"] = async (variants) =>
    variants.map((kept) => {
      asked++;
      const value = probability([...kept]);
      return { value, score: value, predictsTarget: value > 0.5 };
    });
  return {
    attribution,
    target: 1,
    curveSteps: 32,
    options: {},
    completeness: null,
    cost: { milliseconds: 0, modelEvaluations: 0, peakBytes: 0 },
    warnings: [],
    random: (purpose) => createRandom(purpose),
    explainChanged: async () => ({ attribution, value: probability(attribution.map(() => 1)) }),
    ...rest,
    probe: {
      featureCount: attribution.length,
      outputs,
      givesProbabilities: true,
      values: async (variants) => (await outputs(variants)).map(({ value }) => value),
      evaluations: () => asked,
    },
  };
}

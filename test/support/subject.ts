/** @file A subject of metrics whose model is a function: worked examples need no network. */

import type { Kept } from "@calig/core/internal/evaluation/features";
import type { Metric, Subject } from "@calig/core/internal/evaluation/metric";
import { createRandom } from "@calig/core/internal/util/random";

export interface SubjectSettings extends Partial<Omit<Subject, "probe" | "attribution">> {
  readonly attribution: readonly number[];
  /** Probability of the target class, 1, of two, for a variant. */
  readonly probability?: (kept: readonly number[]) => number;
  /** Target score of a variant. Default: its probability. */
  readonly score?: (kept: readonly number[]) => number;
}

/** Class 1 of two is explained; it is predicted where its probability is above a half. */
export function subjectOf(settings: SubjectSettings): Subject & { readonly asked: string[] } {
  const { attribution, probability = () => 1, score = probability, ...rest } = settings;
  const asked: string[] = [];
  const outputs = async (variants: readonly Kept[]) =>
    variants.map((kept) => {
      asked.push(kept.join(""));
      const p = probability([...kept]);
      return { value: p, score: score([...kept]), predictsTarget: p > 0.5, margin: 2 * p - 1 };
    });
  return {
    attribution,
    target: 1,
    curveSteps: 32,
    options: {},
    completeness: { scoreAtInput: 1, scoreAtBaseline: 0, delta: 0, relativeError: 0 },
    cost: { milliseconds: 0, modelEvaluations: 0, peakBytes: 0 },
    warnings: [],
    random: (purpose) => createRandom(purpose),
    explainChanged: async () => ({ attribution, value: probability(attribution.map(() => 1)) }),
    probe: {
      featureCount: attribution.length,
      outputs,
      givesProbabilities: true,
      values: async (variants) => (await outputs(variants)).map((output) => output.value),
      evaluations: () => asked.length,
    },
    ...rest,
    asked,
  };
}

/** A metric that shows what it is given. */
export const spyMetric = (seen: Subject[]): Metric => ({
  name: "spy",
  summary: "",
  figures: [],
  revision: 1,
  measure: async (subject) => {
    seen.push(subject);
    return [];
  },
});

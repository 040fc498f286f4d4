/** @file Cost: what an explanation takes. Times depend on the machine and what else it does. */

import { type Metric, meanFigure } from "../metric.ts";

export const cost: Metric = {
  name: "cost",
  summary: "time and equivalent whole-model passes of one explanation; times differ from run to run",
  figures: [meanFigure("milliseconds", "lower", 0), meanFigure("model-evaluations", "lower", 1)],
  replaces: false,
  revision: 1,
  measure: async ({ cost: { milliseconds, modelEvaluations } }) => [milliseconds, modelEvaluations],
};

/** @file Deletion (Petsiuk et al. 2018, RISE): area under the probability while features are removed, most supportive first. */

import { type Metric, meanFigure } from "../metric.ts";
import { CURVE_OPTIONS, curveArea, deletionCurve } from "./curve.ts";

export const deletion: Metric = {
  name: "deletion",
  summary:
    "area under the target's probability (of a regression: its number) while features are removed, most supportive first (RISE)",
  figures: [meanFigure("deletion", "lower")],
  revision: 1,
  options: CURVE_OPTIONS,
  measure: async (subject) => [curveArea(await deletionCurve(subject))],
};

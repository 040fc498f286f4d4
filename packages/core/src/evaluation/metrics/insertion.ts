/** @file Insertion (Petsiuk et al. 2018, RISE): area under the probability while features are restored, most supportive first. */

import { type Metric, meanFigure } from "../metric.ts";
import { CURVE_OPTIONS, curveArea, insertionCurve } from "./curve.ts";

export const insertion: Metric = {
  name: "insertion",
  summary:
    "area under the target's probability (of a regression: its number) while features are restored, most supportive first (RISE)",
  figures: [meanFigure("insertion", "higher")],
  revision: 1,
  options: CURVE_OPTIONS,
  measure: async (subject) => [curveArea(await insertionCurve(subject))],
};

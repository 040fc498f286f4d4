/** @file Faithfulness: insertion minus deletion, one number for both curves. */

import { type Metric, meanFigure } from "../metric.ts";
import { CURVE_OPTIONS, curveArea, deletionCurve, insertionCurve } from "./curve.ts";

export const faithfulness: Metric = {
  name: "faithfulness",
  summary: "insertion minus deletion",
  figures: [meanFigure("faithfulness", "higher")],
  revision: 1,
  options: CURVE_OPTIONS,
  measure: async (subject) => [curveArea(await insertionCurve(subject)) - curveArea(await deletionCurve(subject))],
};

/** @file Perturbation AUC (Chefer et al. 2021): does the prediction stay when 10..90 % of the features are removed? */

import { ranked, without } from "../features.ts";
import { type Metric, meanFigure, type Subject } from "../metric.ts";
import { curveArea } from "./curve.ts";

/** Shares of features removed. */
const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export const perturbationAuc: Metric = {
  name: "perturbation-auc",
  summary:
    "area under the share of inputs still predicted as the target with 10..90 % of the features removed, most (positive) or least (negative) relevant first (Chefer et al. 2021); not of regressions",
  figures: [meanFigure("perturbation-auc-positive", "lower", 0), meanFigure("perturbation-auc-negative", "higher", 1)],
  revision: 1,
  async measure(subject) {
    // A number is always there: nothing is predicted that could change.
    if (!subject.probe.givesProbabilities) return undefined;
    const order = ranked(subject.attribution);
    return [await area(subject, order), await area(subject, order.reverse())];
  },
};

async function area({ probe }: Subject, order: readonly number[]): Promise<number> {
  const variants = LEVELS.map((level) => without(order.length, order.slice(0, Math.round(level * order.length))));
  const outputs = await probe.outputs(variants);
  return curveArea(outputs.map(({ predictsTarget }) => (predictsTarget ? 1 : 0)));
}

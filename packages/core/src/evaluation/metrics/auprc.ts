/** @file AUPRC (DeYoung et al. 2020, ERASER): area under precision over recall of the marked features, over all thresholds. */

import { ranked } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";

export const auprc: Metric = {
  name: "auprc",
  summary:
    "area under the precision-recall curve of attributions against the rationale, trapezoid rule (DeYoung et al. 2020)",
  figures: [meanFigure("auprc", "higher")],
  needs: "rationale",
  replaces: false,
  revision: 1,
  measure: async ({ attribution, rationale }) =>
    rationale === undefined || !rationale.includes(1) ? undefined : [precisionRecallArea(attribution, rationale)],
};

/** As `auc(recall, precision)` of scikit-learn: a point for every different score, and (recall 0, precision 1). */
function precisionRecallArea(scores: readonly number[], marks: readonly number[]): number {
  const order = ranked(scores);
  const positives = marks.filter((mark) => mark === 1).length;
  let [hits, area, recall, precision] = [0, 0, 0, 1];
  order.forEach((feature, i) => {
    hits += marks[feature] as number;
    const next = order[i + 1];
    if (next !== undefined && scores[next] === scores[feature]) return;
    const [newRecall, newPrecision] = [hits / positives, hits / (i + 1)];
    area += ((newRecall - recall) * (newPrecision + precision)) / 2;
    [recall, precision] = [newRecall, newPrecision];
  });
  return area;
}

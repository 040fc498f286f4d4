/**
 * @file Rank of the right document: how far down a search finds it while the words of the query are removed, and put back, most
 * supportive first. The unit is 1 / rank, as in the mean reciprocal rank.
 */

import { type Kept, only, ranked, without } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";
import { CURVE_OPTIONS, curveArea, stepSizes } from "./curve.ts";

export const rank: Metric = {
  name: "rank",
  summary:
    "1 / rank of the text that an input is compared with, among those of the data set, while features are removed (rank-deletion) and restored (rank-insertion), most supportive first; for models that make embeddings",
  figures: [meanFigure("rank-deletion", "lower"), meanFigure("rank-insertion", "higher", 1)],
  expensive: true,
  revision: 1,
  options: CURVE_OPTIONS,
  async measure({ attribution, curveSteps, ranks }) {
    if (ranks === undefined) return undefined;
    const order = ranked(attribution);
    const sizes = stepSizes(order.length, curveSteps);
    const area = async (variant: (count: number, features: readonly number[]) => Kept) => {
      const found = await ranks(sizes.map((size) => variant(order.length, order.slice(0, size))));
      return curveArea(found.map((place) => 1 / place));
    };
    return [await area(without), await area(only)];
  },
};

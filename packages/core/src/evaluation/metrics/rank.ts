/**
 * @file Rank of the right document: how far down a search finds it while the words of the query are removed, and put back, most
 * supportive first. The unit is 1 / rank, as in the mean reciprocal rank.
 */

import { type Metric, meanFigure } from "../metric.ts";
import { CURVE_OPTIONS, deletionAndInsertion } from "./curve.ts";

export const rank: Metric = {
  name: "rank",
  summary:
    "1 / rank of the text that an input is compared with, among those of the data set, while features are removed (rank-deletion) and restored (rank-insertion), most supportive first; for models that make embeddings",
  figures: [meanFigure("rank-deletion", "lower"), meanFigure("rank-insertion", "higher", 1)],
  expensive: true,
  revision: 1,
  options: CURVE_OPTIONS,
  measure: async ({ ranks, ...subject }) =>
    ranks === undefined
      ? undefined
      : deletionAndInsertion(subject, async (variants) => (await ranks(variants)).map((place) => 1 / place)),
};

/**
 * @file Margin: by how much the logit of the target is ahead of the largest other one while features are removed, and put back,
 * most supportive first. Of labels that a model was never trained on, of those among which it chooses.
 */

import { type Metric, meanFigure } from "../metric.ts";
import { CURVE_OPTIONS, deletionAndInsertion } from "./curve.ts";

export const margin: Metric = {
  name: "margin",
  summary:
    "area under the target's logit minus the largest other one while features are removed (margin-deletion) and restored (margin-insertion), most supportive first; for classes, and labels of zero-shot",
  figures: [meanFigure("margin-deletion", "lower"), meanFigure("margin-insertion", "higher", 1)],
  expensive: true,
  revision: 1,
  options: CURVE_OPTIONS,
  measure: ({ probe, ...subject }) =>
    deletionAndInsertion(subject, async (variants) => {
      const margins = (await probe.outputs(variants)).flatMap(({ margin: own }) => own ?? []);
      return margins.length < variants.length ? undefined : margins;
    }),
};

/**
 * @file Margin: by how much the logit of the target is ahead of the largest other one while features are removed, and put back,
 * most supportive first. Of labels that a model was never trained on, of those among which it chooses.
 */

import { type Kept, only, ranked, without } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";
import { CURVE_OPTIONS, curveArea, stepSizes } from "./curve.ts";

export const margin: Metric = {
  name: "margin",
  summary:
    "area under the target's logit minus the largest other one while features are removed (margin-deletion) and restored (margin-insertion), most supportive first; for classes, and labels of zero-shot",
  figures: [meanFigure("margin-deletion", "lower"), meanFigure("margin-insertion", "higher", 1)],
  expensive: true,
  revision: 1,
  options: CURVE_OPTIONS,
  async measure({ attribution, curveSteps, probe }) {
    const order = ranked(attribution);
    const sizes = stepSizes(order.length, curveSteps);
    const area = async (variant: (count: number, features: readonly number[]) => Kept) => {
      const outputs = await probe.outputs(sizes.map((size) => variant(order.length, order.slice(0, size))));
      const margins = outputs.flatMap((output) => output.margin ?? []);
      return margins.length < outputs.length ? undefined : curveArea(margins);
    };
    const [removed, restored] = [await area(without), await area(only)];
    return removed === undefined || restored === undefined ? undefined : [removed, restored];
  },
};

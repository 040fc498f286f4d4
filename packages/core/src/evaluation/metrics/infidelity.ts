/** @file Infidelity (Yeh et al. 2019): do the attributions of removed features add up to what the score loses? */

import { without } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";

/** Random sets of features that are removed; the same for all methods. */
const SAMPLES = 30;

export const infidelity: Metric = {
  name: "infidelity",
  summary:
    "mean squared difference between the summed attribution of 30 random sets of features and what the score loses without them; with the attributions scaled to fit best, so that methods of any unit compare, and unscaled (Yeh et al. 2019, removal)",
  figures: [meanFigure("infidelity", "lower", 0), meanFigure("infidelity-unscaled", "lower", 1)],
  revision: 1,
  async measure({ attribution, probe, random }) {
    const stream = random("infidelity");
    const features = [...attribution.keys()];
    const sets = Array.from({ length: SAMPLES }, () =>
      stream.shuffle(features).slice(0, 1 + stream.below(features.length)),
    );
    const outputs = await probe.outputs([[], ...sets].map((set) => without(features.length, set)));
    const [whole, ...rest] = outputs.map(({ score }) => score) as [number, ...number[]];
    const losses = rest.map((score) => whole - score);
    const sums = sets.map((set) => set.reduce((sum, feature) => sum + (attribution[feature] as number), 0));
    const error = (scale: number) =>
      sums.reduce((total, sum, i) => total + (scale * sum - (losses[i] as number)) ** 2, 0) / SAMPLES;
    const square = sums.reduce((total, sum) => total + sum * sum, 0);
    const product = sums.reduce((total, sum, i) => total + sum * (losses[i] as number), 0);
    return [error(square === 0 ? 0 : product / square), error(1)];
  },
};

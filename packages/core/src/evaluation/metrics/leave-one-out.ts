/** @file Agreement with leaving one feature out (Jain & Wallace 2019; taucorr_loo of ferret). */

import { without } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";
import { kendall } from "../statistics/rank-correlation.ts";

export const leaveOneOut: Metric = {
  name: "leave-one-out",
  summary:
    "Kendall's tau-b between the attributions and what the probability (of a regression: its number) loses without each feature alone (Jain & Wallace 2019)",
  figures: [meanFigure("leave-one-out", "higher")],
  revision: 1,
  async measure({ attribution, probe }) {
    if (attribution.length < 2) return undefined;
    const variants = [[], ...attribution.map((_, feature) => [feature])].map((features) =>
      without(attribution.length, features),
    );
    const [whole, ...rest] = (await probe.values(variants)) as [number, ...number[]];
    return [
      kendall(
        attribution,
        rest.map((probability) => whole - probability),
      ),
    ];
  },
};

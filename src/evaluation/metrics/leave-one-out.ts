/** @file Agreement with leaving one unit out (Jain & Wallace 2019; taucorr_loo of ferret). */

import { type Metric, meanFigure } from "../metric.ts";
import { kendall } from "../statistics/rank-correlation.ts";
import { without } from "../units.ts";

export const leaveOneOut: Metric = {
  name: "leave-one-out",
  summary:
    "Kendall's tau-b between the attributions and what the probability (of a regression: its number) loses without each unit alone (Jain & Wallace 2019)",
  figures: [meanFigure("leave-one-out", "higher")],
  revision: 1,
  async measure({ attribution, probe }) {
    if (attribution.length < 2) return undefined;
    const variants = [[], ...attribution.map((_, unit) => [unit])].map((units) => without(attribution.length, units));
    const [whole, ...rest] = (await probe.values(variants)) as [number, ...number[]];
    return [
      kendall(
        attribution,
        rest.map((probability) => whole - probability),
      ),
    ];
  },
};

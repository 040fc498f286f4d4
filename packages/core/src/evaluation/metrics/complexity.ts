/** @file Complexity (Bhatt et al. 2020): the entropy of the attributions' magnitudes. */

import { type Metric, meanFigure } from "../metric.ts";

export const complexity: Metric = {
  name: "complexity",
  summary: "entropy of the shares of the magnitudes, in nats: 0 all in one feature (Bhatt et al. 2020)",
  figures: [meanFigure("complexity", "lower")],
  replaces: false,
  revision: 1,
  async measure({ attribution }) {
    const total = attribution.reduce((sum, value) => sum + Math.abs(value), 0);
    // A map of nothing singles nothing out: as complex as a map can be.
    if (total === 0) return [Math.log(attribution.length)];
    const shares = attribution.map((value) => Math.abs(value) / total).filter((share) => share > 0);
    return [-shares.reduce((sum, share) => sum + share * Math.log(share), 0)];
  },
};

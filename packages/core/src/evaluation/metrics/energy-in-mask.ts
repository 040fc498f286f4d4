/** @file Energy in the mask (Wang et al. 2020, energy-based pointing game): how much of the support is where people marked. */

import { type Metric, meanFigure } from "../metric.ts";

export const energyInMask: Metric = {
  name: "energy-in-mask",
  summary: "share of the positive attribution that is in the rationale (Wang et al. 2020)",
  figures: [meanFigure("energy-in-mask", "higher")],
  needs: "rationale",
  replaces: false,
  revision: 1,
  async measure({ attribution, rationale }) {
    if (rationale === undefined || !rationale.includes(1)) return undefined;
    const energy = attribution.map((value) => Math.max(0, value));
    const total = energy.reduce((sum, value) => sum + value, 0);
    const inside = energy.reduce((sum, value, feature) => sum + value * (rationale[feature] as number), 0);
    // Without any support nothing of it is in the mask.
    return [total === 0 ? 0 : inside / total];
  },
};

/** @file Sparseness (Chalasani et al. 2020): the Gini index of the attributions' magnitudes. */

import { type Metric, meanFigure } from "../metric.ts";

export const sparseness: Metric = {
  name: "sparseness",
  summary: "Gini index of the magnitudes: 0 all alike, towards 1 all in one feature (Chalasani et al. 2020)",
  figures: [meanFigure("sparseness", "higher")],
  replaces: false,
  revision: 1,
  measure: async ({ attribution }) => [gini(attribution.map(Math.abs))],
};

/** sum (2 i - n - 1) a_i / (n sum a_i) over the sorted values a_1..a_n; 0 where all are 0. */
function gini(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const weighted = sorted.reduce((sum, value, i) => sum + (2 * (i + 1) - sorted.length - 1) * value, 0);
  return total === 0 ? 0 : weighted / (sorted.length * total);
}

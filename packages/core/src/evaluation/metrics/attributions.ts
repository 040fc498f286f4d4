/** @file The attributions themselves: what reports show the agreement between methods from. */

import type { Metric } from "../metric.ts";

/** Numbers of one input: the attribution of each feature, units of the score. Inputs give as many as they have features. */
export const attributions: Metric = {
  name: "attributions",
  summary:
    "the attribution of every feature, for reports to show how far the methods agree on the order of the features",
  figures: [],
  replaces: false,
  revision: 1,
  measure: ({ attribution }) => Promise.resolve(attribution),
};

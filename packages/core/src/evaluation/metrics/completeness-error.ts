/** @file Completeness (Sundararajan et al. 2017): do the attributions add up to the difference of the score? */

import { type Metric, meanFigure } from "../metric.ts";

export const completenessError: Metric = {
  name: "completeness-error",
  summary:
    "|sum of attributions - (score at the input - score at the baseline)| / max(|that difference|, 0.001), for methods with a baseline",
  figures: [meanFigure("completeness-error", "lower")],
  replaces: false,
  revision: 1,
  async measure({ completeness }) {
    const error = completeness?.relativeError ?? Number.NaN;
    return Number.isFinite(error) ? [error] : undefined;
  },
};

/** @file Sufficiency (DeYoung et al. 2020, ERASER): what the probability loses when only the rationale is left. */

import { only, without } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";
import { mean, rationales } from "./rationale-shares.ts";

export const sufficiency: Metric = {
  name: "sufficiency",
  summary:
    "p(input) - p(top 1, 5, 10, 20, 50 % of the features alone), mean over the five (AOPC, DeYoung et al. 2020); p is the probability, of a regression its number",
  figures: [meanFigure("sufficiency", "lower")],
  revision: 1,
  async measure({ attribution, probe }) {
    const count = attribution.length;
    const variants = [without(count, []), ...rationales(attribution).map((features) => only(count, features))];
    const [whole, ...rest] = await probe.values(variants);
    return [mean(rest.map((probability) => (whole as number) - probability))];
  },
};

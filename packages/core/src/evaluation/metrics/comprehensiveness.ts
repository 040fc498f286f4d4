/** @file Comprehensiveness (DeYoung et al. 2020, ERASER): what the probability loses without the rationale. */

import { without } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";
import { mean, rationales } from "./rationale-shares.ts";

export const comprehensiveness: Metric = {
  name: "comprehensiveness",
  summary:
    "p(input) - p(input without the top 1, 5, 10, 20, 50 % of the features), mean over the five (AOPC, DeYoung et al. 2020); p is the probability, of a regression its number",
  figures: [meanFigure("comprehensiveness", "higher")],
  revision: 1,
  async measure({ attribution, probe }) {
    const count = attribution.length;
    const variants = [[], ...rationales(attribution)].map((removed) => without(count, removed));
    const [whole, ...rest] = await probe.values(variants);
    return [mean(rest.map((probability) => (whole as number) - probability))];
  },
};

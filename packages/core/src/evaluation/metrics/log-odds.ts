/** @file Log-odds (Shrikumar et al. 2017; for texts Sanyal & Ren 2021): change of the log-probability without the rationale. */

import { without } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";
import { mean, rationales } from "./rationale-shares.ts";

/** Floor of the probability, which keeps its logarithm finite. */
const LEAST = 1e-9;

export const logOdds: Metric = {
  name: "log-odds",
  summary:
    "log of p(input without the top 1, 5, 10, 20, 50 % of the features) / p(input), mean over the five (Sanyal & Ren 2021); not of regressions",
  figures: [meanFigure("log-odds", "lower")],
  revision: 1,
  async measure({ attribution, probe }) {
    // Numbers have no logarithm that means anything.
    if (!probe.givesProbabilities) return undefined;
    const count = attribution.length;
    const variants = [[], ...rationales(attribution)].map((removed) => without(count, removed));
    const [whole, ...rest] = (await probe.values(variants)).map((p) => Math.log(Math.max(p, LEAST)));
    return [mean(rest.map((value) => value - (whole as number)))];
  },
};

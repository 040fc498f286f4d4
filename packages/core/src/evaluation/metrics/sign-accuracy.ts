/** @file Sign accuracy: does the sign of a word's attribution agree with the polarity that people gave the word? */

import type { Metric } from "../metric.ts";

export const signAccuracy: Metric = {
  name: "sign-accuracy",
  summary:
    "share of the words with a polarity whose attribution has its sign, seen from the class that is explained; pooled over the inputs (polarities as in the SST trees)",
  figures: [
    {
      name: "sign-accuracy",
      better: "higher",
      of: ([correct, judged]) => (correct as number) / (judged as number),
    },
  ],
  needs: "polarities",
  replaces: false,
  revision: 1,
  async measure({ attribution, polarities }) {
    const judged = polarities?.flatMap((polarity, feature) => (polarity === 0 ? [] : [feature])) ?? [];
    if (judged.length === 0) return undefined;
    // An attribution of zero takes no side: it is not correct.
    const correct = judged.filter(
      (feature) => (attribution[feature] as number) * (polarities?.[feature] as number) > 0,
    );
    return [correct.length, judged.length];
  },
};

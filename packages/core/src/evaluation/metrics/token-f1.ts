/** @file Token-F1 (DeYoung et al. 2020, ERASER): how far the top features are those that people marked. */

import { ranked } from "../features.ts";
import type { Metric, Subject } from "../metric.ts";

/** 2 hits / (predicted + gold), 0 where both are empty. */
export const f1 = (hits: number, predicted: number, gold: number): number =>
  predicted + gold === 0 ? 0 : (2 * hits) / (predicted + gold);

export const tokenF1: Metric = {
  name: "token-f1",
  summary:
    "F1 of the top features against the rationale, as many as rationales have on average in this data set; mean of the inputs (macro) and pooled (micro) (DeYoung et al. 2020)",
  figures: [
    { name: "token-f1-macro", better: "higher", of: ([value]) => value as number },
    {
      name: "token-f1-micro",
      better: "higher",
      of: ([, hits, predicted, gold]) => f1(hits as number, predicted as number, gold as number),
    },
  ],
  needs: "spans",
  replaces: false,
  revision: 1,
  async measure(subject) {
    const { rationale } = subject;
    if (rationale === undefined || !rationale.includes(1)) return undefined;
    const top = hardRationale(subject);
    const hits = top.filter((feature) => rationale[feature] === 1).length;
    const gold = rationale.filter((mark) => mark === 1).length;
    return [f1(hits, top.length, gold), hits, top.length, gold];
  },
};

/** The most supportive features, as many as the mean share of rationales gives: at least one. */
export function hardRationale({ attribution, rationaleShare = 0 }: Subject): number[] {
  const count = Math.min(attribution.length, Math.max(1, Math.round(rationaleShare * attribution.length)));
  return ranked(attribution).slice(0, count);
}

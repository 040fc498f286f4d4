/** @file Token-F1@k (CA-LIG's measure on Movie Reviews): F1 of the k top features against the rationale, for many k. */

import { ranked } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";
import { f1 } from "./token-f1.ts";

/** 5, 10, ... 80. */
const COUNTS: readonly number[] = Array.from({ length: 16 }, (_, i) => 5 * (i + 1));

export const tokenF1AtK: Metric = {
  name: "token-f1-at-k",
  summary:
    "F1 of the top 5, 10, ... 80 features against the rationale, mean of the inputs (Mersha & Kalita 2026, after Chefer et al. 2021)",
  figures: COUNTS.map((count, i) => meanFigure(`token-f1@${count}`, "higher", i)),
  needs: "spans",
  replaces: false,
  revision: 1,
  async measure({ attribution, rationale }) {
    if (rationale === undefined || !rationale.includes(1)) return undefined;
    const order = ranked(attribution);
    const gold = rationale.filter((mark) => mark === 1).length;
    return COUNTS.map((count) => {
      const top = order.slice(0, count);
      return f1(top.filter((feature) => rationale[feature] === 1).length, top.length, gold);
    });
  },
};

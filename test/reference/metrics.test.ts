/** @file Metrics and statistics against scikit-learn, scipy and numpy (tools/make_metric_reference.py). */

import { readFileSync } from "node:fs";
import type { Metric } from "@calig/core/internal/evaluation/metric";
import { auprc } from "@calig/core/internal/evaluation/metrics/auprc";
import { complexity } from "@calig/core/internal/evaluation/metrics/complexity";
import { comprehensiveness } from "@calig/core/internal/evaluation/metrics/comprehensiveness";
import { deletion } from "@calig/core/internal/evaluation/metrics/deletion";
import { insertion } from "@calig/core/internal/evaluation/metrics/insertion";
import { logOdds } from "@calig/core/internal/evaluation/metrics/log-odds";
import { segmentation } from "@calig/core/internal/evaluation/metrics/segmentation";
import { sparseness } from "@calig/core/internal/evaluation/metrics/sparseness";
import { sufficiency } from "@calig/core/internal/evaluation/metrics/sufficiency";
import { tokenF1AtK } from "@calig/core/internal/evaluation/metrics/token-f1-at-k";
import { holm } from "@calig/core/internal/evaluation/statistics/holm";
import { kendall, ranks, spearman } from "@calig/core/internal/evaluation/statistics/rank-correlation";
import { describe, expect, it } from "vitest";
import { subjectOf } from "../support/subject.ts";

interface Reference {
  readonly cases: readonly {
    readonly scores: readonly number[];
    readonly others: readonly number[];
    readonly marks: readonly number[];
    readonly auprc: number;
    readonly f1At5: number;
    readonly ranks: readonly number[];
    readonly spearman: number;
    readonly kendall: number;
    readonly gini: number;
    readonly entropy: number;
    readonly segmentation: { readonly accuracy: number; readonly miou: number; readonly ap: number };
    readonly perturbation: {
      readonly weights: readonly number[];
      readonly pairs: readonly number[];
      readonly deletion: number;
      readonly insertion: number;
      readonly comprehensiveness: number;
      readonly sufficiency: number;
      readonly logOdds: number;
    };
  }[];
  readonly holm: readonly { readonly values: readonly number[]; readonly corrected: readonly number[] }[];
}

const reference = JSON.parse(readFileSync(new URL("../golden/metrics.json", import.meta.url), "utf8")) as Reference;

describe.each(reference.cases.map((one, index) => ({ ...one, index })))("case $index", (one) => {
  const subject = subjectOf({ attribution: one.scores, rationale: one.marks });
  const first = async (metric: Metric) => (await metric.measure(subject))?.[0];

  it("agrees on areas, F1, Gini index and entropy", async () => {
    const ours = [await first(auprc), await first(tokenF1AtK), await first(sparseness), await first(complexity)];
    expect(ours as number[]).toBeAllClose([one.auprc, one.f1At5, one.gini, one.entropy], { rtol: 1e-10 });
  });

  it("agrees on what a map is worth as a segmentation", async () => {
    const measured = (await segmentation.measure(subject)) as readonly number[];
    const { accuracy, miou, ap } = one.segmentation;
    expect(segmentation.figures.map(({ of }) => of(measured))).toBeAllClose([accuracy, miou, ap], { rtol: 1e-10 });
  });

  it("agrees on areas and drops while features are removed and restored", async () => {
    const { weights, pairs, ...wanted } = one.perturbation;
    const probability = (kept: readonly number[]) => {
      const alone = weights.reduce((sum, weight, i) => sum + weight * (kept[i] as number), 0);
      const together = pairs.reduce((sum, pair, i) => sum + pair * (kept[i] as number) * (kept[i + 1] as number), 0);
      return 1 / (1 + Math.exp(-(alone + together)));
    };
    const metrics = { deletion, insertion, comprehensiveness, sufficiency, logOdds };
    for (const [name, metric] of Object.entries(metrics)) {
      const [value] = (await metric.measure(subjectOf({ attribution: one.scores, probability }))) as readonly number[];
      expect([value as number], name).toBeAllClose([wanted[name as keyof typeof wanted]], { rtol: 1e-10, atol: 1e-12 });
    }
  });

  it("agrees on rank correlations with ties", () => {
    expect(ranks(one.scores)).toEqual(one.ranks);
    expect([spearman(one.scores, one.others), kendall(one.scores, one.others)]).toBeAllClose(
      [one.spearman, one.kendall],
      { rtol: 1e-10, atol: 1e-12 },
    );
  });
});

describe("holm()", () => {
  it.each(reference.holm)("of $values", ({ values, corrected }) => {
    expect(holm(values)).toBeAllClose(corrected, { rtol: 1e-12 });
  });
});

/** @file The metrics: one line each, in the order of the tables. */

import { InvalidOptionError, keyword, quote } from "../errors.ts";
import type { OptionTable } from "../options/option.ts";
import { type Dataset, hasTruth } from "./dataset.ts";
import type { Metric } from "./metric.ts";
import { attributions } from "./metrics/attributions.ts";
import { auprc } from "./metrics/auprc.ts";
import { completenessError } from "./metrics/completeness-error.ts";
import { complexity } from "./metrics/complexity.ts";
import { comprehensiveness } from "./metrics/comprehensiveness.ts";
import { contextSensitivity } from "./metrics/context-sensitivity.ts";
import { cost } from "./metrics/cost.ts";
import { curves } from "./metrics/curves.ts";
import { deletion } from "./metrics/deletion.ts";
import { energyInMask } from "./metrics/energy-in-mask.ts";
import { faithfulness } from "./metrics/faithfulness.ts";
import { infidelity } from "./metrics/infidelity.ts";
import { insertion } from "./metrics/insertion.ts";
import { iouF1 } from "./metrics/iou-f1.ts";
import { leaveOneOut } from "./metrics/leave-one-out.ts";
import { logOdds } from "./metrics/log-odds.ts";
import { margin } from "./metrics/margin.ts";
import { maxSensitivity } from "./metrics/max-sensitivity.ts";
import { partRanking } from "./metrics/part-ranking.ts";
import { perturbationAuc } from "./metrics/perturbation-auc.ts";
import { pointingGame } from "./metrics/pointing-game.ts";
import { rank } from "./metrics/rank.ts";
import { segmentation } from "./metrics/segmentation.ts";
import { signAccuracy } from "./metrics/sign-accuracy.ts";
import { sparseness } from "./metrics/sparseness.ts";
import { sufficiency } from "./metrics/sufficiency.ts";
import { tokenF1 } from "./metrics/token-f1.ts";
import { tokenF1AtK } from "./metrics/token-f1-at-k.ts";

/** The metrics that are built in, in the order of the tables. */
export const METRICS: readonly Metric[] = [
  deletion,
  insertion,
  faithfulness,
  curves,
  attributions,
  perturbationAuc,
  comprehensiveness,
  sufficiency,
  logOdds,
  leaveOneOut,
  infidelity,
  tokenF1,
  iouF1,
  auprc,
  tokenF1AtK,
  pointingGame,
  partRanking,
  rank,
  margin,
  energyInMask,
  segmentation,
  signAccuracy,
  completenessError,
  maxSensitivity,
  contextSensitivity,
  sparseness,
  complexity,
  cost,
];

/** @throws {InvalidOptionError} For a name that no metric has; lists the known ones. */
export function metricByName(name: string): Metric {
  const known = keyword(
    "metric",
    name,
    METRICS.map((metric) => metric.name),
  );
  return METRICS.find((metric) => metric.name === known) as Metric;
}

/**
 * A metric, given by name or as an object.
 *
 * @throws {InvalidOptionError} For a name that no metric has, for an object that is no metric, and for a metric of the
 * caller that is called like one of calig's.
 */
export function metricOf(metric: string | Metric): Metric {
  if (typeof metric === "string") return metricByName(metric);
  const { name, figures, measure } = (metric ?? {}) as Partial<Metric>;
  if (typeof name !== "string" || typeof measure !== "function" || !Array.isArray(figures)) {
    throw new InvalidOptionError(
      `Cannot use ${quote(metric)} as a metric: give the name of one, or an object made by defineMetric of calig/extend`,
      "metrics",
      metric,
    );
  }
  if (METRICS.some((own) => own.name === name && own !== metric)) {
    throw new InvalidOptionError(
      `Cannot use a metric called "${name}": calig has one of this name; give yours another one`,
      "metrics",
      name,
    );
  }
  return metric;
}

/** The metrics that a data set has the truth for and that explain each input once. */
export const defaultMetrics = ({ items }: Dataset, others: readonly Metric[] = []): readonly Metric[] =>
  [...METRICS, ...others].filter(
    ({ expensive, needs }) =>
      expensive !== true && (needs === undefined || items.some((item) => hasTruth(item, needs))),
  );

/** The options that any of these metrics declares. */
export const optionsOfMetrics = (metrics: readonly Metric[]): OptionTable =>
  Object.assign({}, ...metrics.map(({ options }) => options));

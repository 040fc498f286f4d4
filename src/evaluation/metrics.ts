/** @file The metrics: one line each, in the order of the tables. */

import { keyword } from "../errors.ts";
import type { Metric } from "./metric.ts";
import { comprehensiveness } from "./metrics/comprehensiveness.ts";
import { deletion } from "./metrics/deletion.ts";
import { faithfulness } from "./metrics/faithfulness.ts";
import { insertion } from "./metrics/insertion.ts";
import { logOdds } from "./metrics/log-odds.ts";
import { perturbationAuc } from "./metrics/perturbation-auc.ts";
import { sufficiency } from "./metrics/sufficiency.ts";

export const METRICS: readonly Metric[] = [
  deletion,
  insertion,
  faithfulness,
  perturbationAuc,
  comprehensiveness,
  sufficiency,
  logOdds,
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

/** @file Measurements that are kept between runs: what their numbers depend on, and which are still to be made. */

import { spelledOptions } from "../attribution/baseline/custom-baseline.ts";
import type { ExplainableModel, Replacement } from "../attribution/explainable-model.ts";
import { resolveRun } from "../attribution/resolve-run.ts";
import { canonical, optionsKey } from "../options/resolve.ts";
import { contentOf } from "../util/content.ts";
import { VERSION } from "../util/version.ts";
import type { DatasetItem } from "./dataset.ts";
import type { MeasureSettings, OpenInput } from "./measure-input.ts";
import { namesOf } from "./measurement-names.ts";
import type { Metric } from "./metric.ts";
import type { NamedMethod } from "./named-methods.ts";

/** Numbers of one input under one method, by metric. */
export type StoredMeasurement = Readonly<Record<string, readonly number[] | null>>;

/** Keeps measurements between runs. Keys say everything that the numbers depend on. */
export interface MeasurementStore {
  get(key: string): StoredMeasurement | undefined;
  /** Resolves when the measurement is safe. */
  put(key: string, measurement: StoredMeasurement): Promise<void>;
}

/** Measurements of one method, those that are stored taken from there. */
export async function measured(
  model: ExplainableModel,
  item: DatasetItem,
  settings: MeasureSettings,
  namedMethod: NamedMethod,
  metrics: readonly Metric[],
  open: OpenInput,
  store: MeasurementStore | undefined,
): Promise<StoredMeasurement> {
  const { replacements } = settings;
  const kept = await Promise.all(
    replacements.map(async (_, r) => {
      const key = store === undefined ? undefined : await measurementKey(model, item, settings, namedMethod, open, r);
      return { key, stored: (key === undefined ? undefined : store?.get(key)) ?? {} };
    }),
  );
  /** Numbers of all metrics, each with the replacement that it is kept under: the first one where it depends on none. */
  const wanted = metrics.flatMap((metric) => namesOf(metric, replacements).map((name, r) => ({ metric, name, r })));
  const missing = wanted.filter(({ metric, r }) => kept[r]?.stored[revisionName(metric)] === undefined);
  const fresh =
    missing.length === 0
      ? {}
      : await open.measure(
          namedMethod.options,
          [...new Set(missing.map(({ metric }) => metric))],
          [...new Set(missing.map(({ r }) => r))],
        );
  for (const [r, { key }] of kept.entries()) {
    const own = missing.filter((one) => one.r === r);
    if (own.length === 0 || key === undefined) continue;
    await store?.put(
      key,
      Object.fromEntries(own.map(({ metric, name }) => [revisionName(metric), fresh[name] ?? null])),
    );
  }
  return Object.fromEntries(
    wanted.map(({ metric, name, r }) => [name, fresh[name] ?? kept[r]?.stored[revisionName(metric)] ?? null]),
  );
}

const revisionName = ({ name, revision }: Metric): string => `${name}@${revision}`;

/** Digits of a logit that runs of one machine agree on. */
const LOGIT_DIGITS = 4;

/**
 * Everything that the numbers of one method on one input depend on, besides the metric: the input by its content, as it was
 * read and as the model reads it, what stands in for its features, and the model by its weights and by what it answers, which is more than its weights say
 * (its configuration). Names are no part of it; the line is, which random numbers are drawn by. Undefined where the
 * platform computes no checksums: then nothing is kept.
 */
async function measurementKey(
  model: ExplainableModel,
  item: DatasetItem,
  settings: MeasureSettings,
  { options }: NamedMethod,
  open: OpenInput,
  r: number,
): Promise<string | undefined> {
  const { method, table, options: values } = resolveRun(model, options);
  const { id: _name, ...facts } = model.facts;
  const { activation, labels, tuned } = model;
  const { name, settings: made, revision } = method;
  const { signal: _stop, batchSize: _batchSize, pool: _inputs, replacements, draws, ...rest } = settings;
  const replacement = replacements[r] as Replacement;
  const { id: _id, input: _input, ...said } = item;
  const seen = await contentOf([open.content, open.replaced[r]]);
  if (seen === undefined || facts.sha256 === "") return undefined;
  return JSON.stringify([
    7,
    VERSION,
    canonical([facts, activation, labels, tuned]),
    canonical([name, made, revision]),
    optionsKey(table, await spelledOptions(values)),
    canonical([replacement.name, replacement.kind, replacement.settings, replacement.revision]),
    replacement.drawn === true ? (draws ?? 1) : 1,
    canonical(rest),
    canonical(said),
    seen.content,
    open.predictions.map(({ index, logit }) => [index, logit.toPrecision(LOGIT_DIGITS)]),
  ]);
}

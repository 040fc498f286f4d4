/** @file An evaluation from a data set to a report: what the commands that measure contenders have in common. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { DEFAULTS } from "../attribution/options.ts";
import { UsageError } from "../errors.ts";
import type { Dataset } from "../evaluation/dataset.ts";
import type { Contender } from "../evaluation/evaluate.ts";
import type { Metric } from "../evaluation/metric.ts";
import { METRICS, metricByName } from "../evaluation/metrics.ts";
import { DEFAULT_TEXT_MODEL } from "../node/builtin-models.ts";
import { count } from "../render/format.ts";
import { EXIT } from "./command.ts";
import { evaluationText, evaluationWriter } from "./evaluation-output.ts";
import { given } from "./given.ts";
import { openMeasurementStore } from "./measurement-store.ts";
import type { OptionValues } from "./options.ts";
import { reportJson } from "./report-writers.ts";
import type { Terminal } from "./terminal.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

/** Options of every command that measures on a data set. */
export const EVALUATION_OPTIONS = [
  "dataset",
  "limit",
  "badRows",
  "model",
  "dtype",
  "target",
  "score",
  "metrics",
  "substrate",
  "units",
  "seed",
  "out",
  "json",
  "threads",
] as const;

type Options = Pick<OptionValues, (typeof EVALUATION_OPTIONS)[number]>;

/**
 * Measures the contenders and writes the report. Returns the exit code.
 *
 * @param contendersOf - What is measured, which may depend on what the model has.
 * @throws {UsageError} When no data set is named, or the report cannot be written.
 */
export async function runEvaluation(
  contendersOf: (model: ExplainableModel) => readonly Contender[],
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { signal } = terminal.io;
  const file = options.dataset;
  if (file === undefined) throw new UsageError("Nothing to evaluate on: name a data set with --dataset FILE");
  const { out } = options;
  const write = out === undefined ? undefined : evaluationWriter(out);
  if (out !== undefined) await checkWritable(out);
  const { readDataset } = await import("../node/read-dataset.ts");
  const { evaluate: measure, sampleDataset } = await import("../evaluation/evaluate.ts");
  const whole = await readDataset(file, given(options, ["badRows"]));
  const seed = options.seed ?? DEFAULTS.seed;
  const dataset = options.limit === undefined ? whole : sampleDataset(whole, options.limit, seed);

  const source = options.model ?? DEFAULT_TEXT_MODEL;
  terminal.progress.update(0, `loading ${source}`);
  const { loadModel } = await import("../node/load-model.ts");
  await using model = await loadModel(source, { signal, ...given(options, ["dtype", "threads"]) });
  const store = out === undefined ? undefined : await openMeasurementStore(`${out}.partial.jsonl`);
  if (store !== undefined && store.found > 0) {
    await terminal.note(`Going on with ${count(store.found, "measurement")} from ${store.path}`);
  }
  try {
    const evaluation = await measure(model, dataset, {
      contenders: contendersOf(model),
      metrics: chooseMetrics(options, dataset),
      ...given(options, ["substrate", "units", "target", "score"]),
      seed,
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
      ...(store === undefined ? {} : { store }),
    });
    if (out === undefined || write === undefined) {
      await terminal.print(options.json === true ? reportJson(evaluation) : evaluationText(evaluation, terminal));
    } else {
      await writeWhole(out, write(evaluation));
      if (options.json === true) await terminal.print(reportJson(evaluation));
      await terminal.note(`Wrote ${out}`);
    }
    for (const { message } of evaluation.warnings) await terminal.warn(message);
    for (const { line, method, message } of evaluation.failures) {
      await terminal.fail(`${file}, line ${line}${method === undefined ? "" : `, ${method}`}: ${message}`);
    }
    await store?.remove();
    return evaluation.failures.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await store?.close();
    if (signal.aborted && store !== undefined) {
      await terminal.note(`What was measured is in ${store.path}: the same command goes on from there`);
    }
  }
}

/** The metrics asked for, or those that the data set has the truth for and that explain each input once. */
function chooseMetrics({ metrics }: Options, { items }: Dataset): readonly Metric[] {
  if (metrics !== undefined) return metrics.map(metricByName);
  return METRICS.filter(
    ({ expensive, needs }) =>
      expensive !== true && (needs === undefined || items.some((item) => item[needs] !== undefined)),
  );
}

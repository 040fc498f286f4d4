/** @file An evaluation from a data set to a report: what the commands that measure methods have in common. */

import type { ExplainableModel, Modality } from "@calig/core/internal/attribution/explainable-model";
import { DEFAULTS } from "@calig/core/internal/attribution/options";
import { UsageError } from "@calig/core/internal/errors";
import { type Dataset, isLazy } from "@calig/core/internal/evaluation/dataset";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import type { Metric } from "@calig/core/internal/evaluation/metric";
import { defaultMetrics, METRICS, metricByName } from "@calig/core/internal/evaluation/metrics";
import type { NamedMethod } from "@calig/core/internal/evaluation/named-methods";
import { EVALUATION_OPTIONS as MEASURING } from "@calig/core/internal/evaluation/options";
import type { Extensions } from "@calig/core/internal/extend/extension";
import { modalityOf } from "@calig/core/internal/modality/modality-of";
import { count } from "@calig/core/internal/render/format";
import { reportJson } from "@calig/core/internal/report/writers";
import { defaultModelOf } from "../node/builtin-models.ts";
import type { LoadedModel } from "../node/load-model.ts";
import { ROW_OPTIONS } from "../node/read-rows.ts";
import { EXIT, type Invocation } from "./command.ts";
import { evaluationText } from "./evaluation-text.ts";
import { asScore, COMMON_QUESTIONS, questioned } from "./explain-inputs.ts";
import { modalitiesOf, readingOptions } from "./file-options.ts";
import { given } from "./given.ts";
import { loadingOptions, MODEL_OPTIONS } from "./loading.ts";
import { openMeasurementStore } from "./measurement-store.ts";
import { givenReplacement, givenScore } from "./method-options.ts";
import type { OptionValues } from "./options.ts";
import { evaluationWriter } from "./report-writers.ts";
import { prepareRunFolder } from "./run-folder.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

/** Options of measuring, as the library has them. */
const MEASURING_KEYS = Object.keys(MEASURING) as (keyof typeof MEASURING)[];

/** Options of every command that measures on a data set. */
export const EVALUATION_OPTIONS = [
  "dataset",
  ...ROW_OPTIONS,
  "limit",
  "badRows",
  "classMap",
  ...MODEL_OPTIONS,
  "acceptDifference",
  "task",
  ...COMMON_QUESTIONS,
  "metrics",
  ...MEASURING_KEYS,
  "out",
  "json",
  "threads",
  "device",
  "stream",
] as const;

type Options = Pick<OptionValues, (typeof EVALUATION_OPTIONS)[number] | "memory" | "reportFormat">;

/** Where a command runs. */
type Surroundings = Pick<Invocation, "terminal" | "extensions" | "metricOptions" | "fileOptions">;

/** What a command makes of its measurements. */
export interface EvaluationJob {
  /** What is measured, which may depend on what the model has. */
  methodsOf(model: ExplainableModel): readonly NamedMethod[];
  metricsOf(dataset: Dataset): readonly Metric[];
  /** Writes the result, before measurements kept for going on are removed. */
  report(evaluation: Evaluation, model: LoadedModel): Promise<void>;
}

/**
 * Measures the namedMethods and writes the report. Returns the exit code.
 *
 * @param methodsOf - What is measured, which may depend on what the model has.
 * @throws {UsageError} When no data set is named, or the report cannot be written.
 */
export async function runEvaluation(
  methodsOf: EvaluationJob["methodsOf"],
  options: Options,
  { terminal, extensions, metricOptions, fileOptions }: Surroundings,
): Promise<number> {
  const { out, reportFormat: format } = options;
  const writer = evaluationWriter({ out, format });
  if (writer?.kind === "folder") await prepareRunFolder(out);
  return measureDataset(
    {
      methodsOf,
      metricsOf: (dataset) =>
        options.metrics?.map((name) => metricNamed(name, extensions)) ?? defaultMetrics(dataset, extensions.metric),
      async report(evaluation) {
        for (const { message } of evaluation.warnings) await terminal.warn(message);
        if (out === undefined || writer === undefined) {
          const asked = writer?.kind === "file" ? await writer.write(evaluation) : undefined;
          const json = options.json === true ? reportJson(evaluation) : undefined;
          await terminal.print(asked ?? json ?? evaluationText(evaluation, terminal));
          return;
        }
        if (writer.kind === "folder") {
          await writer.write(out, evaluation, { metrics: [...METRICS, ...extensions.metric] });
        } else {
          await writeWhole(out, await writer.write(evaluation));
        }
        if (options.json === true) await terminal.print(reportJson(evaluation));
        await terminal.note(
          writer.kind === "folder" ? `Wrote ${out}: look at it with tensorboard --logdir ${out}` : `Wrote ${out}`,
        );
      },
    },
    options,
    { terminal, extensions, metricOptions, fileOptions },
  );
}

/** The kind of input of the first item. */
function kindOfItems({ items: [first] }: Dataset, modalities: readonly Modality[]): Modality {
  const input = first?.input ?? {};
  return modalityOf(
    isLazy(input) ? input.kind : (modalities.find(({ field }) => Object.hasOwn(input, field))?.name ?? ""),
    modalities,
  );
}

/** The metric of a plugin, or one of calig's. @throws {InvalidOptionError} When there is none of this name. */
export const metricNamed = (name: string, { metric }: Extensions): Metric =>
  metric.find((own) => own.name === name) ?? metricByName(name);

/** A data set, and the model that is measured on it where none is named. */
export interface OpenDataset {
  readonly whole: Dataset;
  /** As many of its inputs as are asked for. */
  readonly dataset: Dataset;
  readonly seed: number;
  /** Name or place of the model. */
  readonly source: string;
}

/** Reads a data set, and says what a person should know of how it was read. */
export async function openDataset(
  file: string,
  options: Pick<Options, "badRows" | "classMap" | "limit" | "model" | "seed" | (typeof ROW_OPTIONS)[number]>,
  { terminal, extensions, fileOptions }: Pick<Surroundings, "terminal" | "extensions" | "fileOptions">,
): Promise<OpenDataset> {
  const { readDataset } = await import("../node/read-dataset.ts");
  const { readClassMap } = await import("../node/datasets/class-map.ts");
  const { sampleDataset } = await import("@calig/core/internal/evaluation/evaluate");
  const whole = await readDataset(file, {
    ...given(options, ["badRows", ...ROW_OPTIONS]),
    reading: readingOptions(fileOptions, extensions),
    modalities: extensions.modality,
    layouts: extensions.datasetLayout,
    ...(options.classMap === undefined ? {} : { classMap: await readClassMap(options.classMap) }),
  });
  for (const note of whole.notes ?? []) await terminal.note(note);
  const seed = options.seed ?? DEFAULTS.seed;
  const dataset = options.limit === undefined ? whole : sampleDataset(whole, options.limit, seed);
  const source = options.model ?? defaultModelOf(kindOfItems(dataset, modalitiesOf(extensions)));
  return { whole, dataset, seed, source };
}

/** The same is asked of every input. */
const withQuestions = (dataset: Dataset, asked: object): Dataset => ({
  ...dataset,
  items: dataset.items.map((item) => {
    const { input } = item;
    const named = isLazy(input)
      ? { ...input, load: async () => ({ ...(await input.load()), ...asked }) }
      : { ...input, ...asked };
    return { ...item, input: named };
  }),
});

/**
 * Measures on a data set, with progress, warnings, and measurements kept beside `--out` until the job has its report.
 * Returns the exit code.
 *
 * @throws {UsageError} When no data set is named, or the report cannot be written.
 */
export async function measureDataset(
  job: EvaluationJob,
  asked: Options,
  { terminal, extensions, metricOptions, fileOptions }: Surroundings,
): Promise<number> {
  const options = asScore(asked, extensions);
  const { signal } = terminal.io;
  const file = options.dataset;
  if (file === undefined) throw new UsageError("Nothing to evaluate on: name a data set with --dataset FILE");
  const { out } = options;
  if (out !== undefined) await checkWritable(out);
  const { evaluate: measure } = await import("@calig/core/internal/evaluation/evaluate");
  const {
    whole,
    dataset: read,
    seed,
    source,
  } = await openDataset(file, options, { terminal, extensions, fileOptions });
  const dataset = withQuestions(read, questioned(options));
  const metrics = job.metricsOf(dataset);

  terminal.progress.update(0, `loading ${source}`);
  const { loadModel } = await import("../node/load-model.ts");
  await using model = await loadModel(source, { signal, ...(await loadingOptions(options, extensions, terminal)) });
  const store = out === undefined ? undefined : await openMeasurementStore(`${out}.partial.jsonl`);
  if (store !== undefined && store.found > 0) {
    await terminal.note(`Going on with ${count(store.found, "measurement")} from ${store.path}`);
  }
  try {
    const evaluation = await measure(model, dataset, {
      namedMethods: job.methodsOf(model),
      metrics,
      ...given(options, MEASURING_KEYS),
      ...givenScore(options, extensions),
      ...givenReplacement(options, extensions),
      pool: whole,
      ...metricOptions,
      seed,
      signal,
      onProgress: (done, activity) => terminal.progress.update(done, activity),
      ...(store === undefined ? {} : { store }),
    });
    await job.report(evaluation, model);
    for (const { line, method, message } of evaluation.failures) {
      await terminal.fail(
        `${file}, ${whole.counted ?? "line"} ${line}${method === undefined ? "" : `, ${method}`}: ${message}`,
      );
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

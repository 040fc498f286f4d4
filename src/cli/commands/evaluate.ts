/** @file `calig evaluate`: how well methods explain a model, measured on a data set. */

import { DEFAULTS } from "../../attribution/options.ts";
import { UsageError } from "../../errors.ts";
import type { Dataset } from "../../evaluation/dataset.ts";
import type { Metric } from "../../evaluation/metric.ts";
import { METRICS, metricByName } from "../../evaluation/metrics.ts";
import { DEFAULT_TEXT_MODEL } from "../../node/builtin-models.ts";
import { count } from "../../render/format.ts";
import { defineCommand, EXIT, type Invocation } from "../command.ts";
import { CONTENDER_OPTIONS, chooseContenders } from "../contenders.ts";
import { evaluationText, evaluationWriter } from "../evaluation-output.ts";
import { given } from "../given.ts";
import { openMeasurementStore } from "../measurement-store.ts";
import { reportJson } from "../report-writers.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

const OWN_OPTIONS = [
  "dataset",
  "limit",
  "badRows",
  "model",
  "target",
  "score",
  "methods",
  "metrics",
  "substrate",
  "units",
  ...CONTENDER_OPTIONS,
  "seed",
  "out",
  "json",
  "threads",
] as const;

type Options = Invocation<(typeof OWN_OPTIONS)[number]>["options"];

export const evaluate = defineCommand({
  name: "evaluate",
  summary: "measure how well methods explain a model on a data set",
  description:
    "Measures attribution methods on a data set: what the model says when the words they name are removed or kept alone, and how far they agree with what people marked. Every figure has a 95 % bootstrap interval; methods are compared on the same inputs, beside a random floor. With --out, measurements are kept in FILE.partial.jsonl until the result is written: the same command goes on where an interrupted one stopped.",
  options: OWN_OPTIONS,
  examples: [
    { purpose: "All methods on 100 sentences of SST-2", command: "calig evaluate --dataset sst2_dev.tsv --limit 100" },
    {
      purpose: "Two methods by two metrics, as a page to look at",
      command:
        "calig evaluate --dataset reviews.jsonl --methods ca-lig,integrated-gradients --metrics deletion,insertion --out report.html",
    },
    {
      purpose: "Your own model, padding in place of removed words",
      command: "calig evaluate --model ./my-model --dataset reviews.csv --substrate pad --out result.json",
    },
  ],
  async run({ options, terminal }) {
    const { signal } = terminal.io;
    const file = options.dataset;
    if (file === undefined) throw new UsageError("Nothing to evaluate on: name a data set with --dataset FILE");
    const { out } = options;
    const write = out === undefined ? undefined : evaluationWriter(out);
    if (out !== undefined) await checkWritable(out);
    const { readDataset } = await import("../../node/read-dataset.ts");
    const { evaluate: measure, sampleDataset } = await import("../../evaluation/evaluate.ts");
    const whole = await readDataset(file, given(options, ["badRows"]));
    const seed = options.seed ?? DEFAULTS.seed;
    const dataset = options.limit === undefined ? whole : sampleDataset(whole, options.limit, seed);

    const source = options.model ?? DEFAULT_TEXT_MODEL;
    terminal.progress.update(0, `loading ${source}`);
    const { loadModel } = await import("../../node/load-model.ts");
    await using model = await loadModel(source, { signal, ...given(options, ["threads"]) });
    const store = out === undefined ? undefined : await openMeasurementStore(`${out}.partial.jsonl`);
    if (store !== undefined && store.found > 0) {
      await terminal.note(`Going on with ${count(store.found, "measurement")} from ${store.path}`);
    }
    try {
      const evaluation = await measure(model, dataset, {
        contenders: chooseContenders(options),
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
  },
});

/** The metrics asked for, or those that the data set has the truth for and that explain each input once. */
function chooseMetrics({ metrics }: Options, { items }: Dataset): readonly Metric[] {
  if (metrics !== undefined) return metrics.map(metricByName);
  return METRICS.filter(
    ({ expensive, needs }) =>
      expensive !== true && (needs === undefined || items.some((item) => item[needs] !== undefined)),
  );
}

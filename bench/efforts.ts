/**
 * @file Faithfulness against cost: the efforts of CA-LIG beside methods by forward passes, on the same inputs.
 *
 * Differences are paired by input. Use data that chose nothing. Attributions are made with the baseline of the model's kind of
 * input whatever the replacement is, so that a replacement that is no baseline is nobody's home.
 *
 * Run: npm run bench:efforts -- --data FILE_OR_FOLDER [--model sst2] [--limit 50] [--replacements mask,random-words]
 *   [--evaluations 128] [--least-words 1] [--most-words 1000]
 * Prints tables of docs/faithfulness.md.
 */

import { parseArgs } from "node:util";
import { EFFORTS } from "@calig/core/internal/attribution/effort";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import { evaluate, sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import type { NamedMethod } from "@calig/core/internal/evaluation/named-methods";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { loadModel, readDataset } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string", default: "sst2" },
    limit: { type: "string", default: "50" },
    replacements: { type: "string", default: "mask,random-words" },
    evaluations: { type: "string", default: "128" },
    "curve-steps": { type: "string", default: "16" },
    "least-words": { type: "string", default: "1" },
    "most-words": { type: "string", default: "1000000" },
    efforts: { type: "string", default: EFFORTS.join(",") },
    methods: { type: "string" },
    "long-text": { type: "string" },
  },
});
if (options.data === undefined) throw new Error("Give --data FILE_OR_FOLDER");

await using model = await loadModel(options.model);
const picture = streamOf(model.anatomy).patches !== undefined;
const METRICS = ["faithfulness", "comprehensiveness", "sufficiency", "cost"];
const evaluations = Number(options.evaluations);
const byForwards = ["shapley", "owen", "kernel-shap", "lime", ...(picture ? ["rise"] : [])];
const others = options.methods?.split(",") ?? [...byForwards, "occlusion", "integrated-gradients", "gradient-rollout"];
const REFERENCE = "ca-lig standard";
const namedMethods: NamedMethod[] = [
  ...options.efforts.split(",").map((effort) => ({
    name: `ca-lig ${effort}`,
    options: { method: "ca-lig", effort: effort as (typeof EFFORTS)[number] },
  })),
  ...others.map((method) => ({
    name: byForwards.includes(method) ? `${method} ${evaluations}` : method,
    options: { method, ...(byForwards.includes(method) ? { evaluations } : {}) },
  })),
];

/** Inputs of as many words as are asked for; pictures all. */
function ofLength(dataset: Dataset): Dataset {
  const [least, most] = [Number(options["least-words"]), Number(options["most-words"])];
  const fits = (input: object) => {
    if (!("text" in input)) return true;
    const words = String(input.text).trim().split(/\s+/).length;
    return words >= least && words <= most;
  };
  return { ...dataset, items: dataset.items.filter(({ input }) => fits(input)) };
}

const dataset = sampleDataset(ofLength(await readDataset(options.data, {})), Number(options.limit), 0);
for (const replacement of options.replacements.split(",")) {
  const evaluation = await evaluate(model, dataset, {
    namedMethods,
    metrics: METRICS.map(metricByName),
    replacement,
    curveSteps: Number(options["curve-steps"]),
    ...(options["long-text"] === "truncate" ? { longText: "truncate" as const } : {}),
    onProgress: (done) => process.stderr.write(`\r${replacement}: ${(100 * done).toFixed(0)} %  `),
  });
  const inputs = evaluation.inputs.map(({ measurements }) => measurements);
  const value = (method: string, metric: string, input: (typeof inputs)[number]) =>
    input[method]?.[metric]?.[0] ?? Number.NaN;
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const difference = (method: string, metric: string) => {
    const each = inputs.map((input) => value(method, metric, input) - value(REFERENCE, metric, input));
    const centre = mean(each);
    const error = Math.sqrt(mean(each.map((d) => (d - centre) ** 2)) / (each.length - 1));
    return `${centre.toFixed(3)} ± ${(1.96 * error).toFixed(3)}`;
  };
  console.log(`\n### ${options.model}, ${inputs.length} inputs, removed features become ${replacement}\n`);
  console.log("| method | passes | faithfulness | beside standard | comprehensiveness | sufficiency |");
  console.log("|---|---|---|---|---|---|");
  for (const { name } of namedMethods) {
    const of = (metric: string) => mean(inputs.map((input) => value(name, metric, input)));
    const passes = mean(inputs.map((input) => input[name]?.cost?.[1] ?? Number.NaN));
    console.log(
      `| ${name} | ${passes.toFixed(0)} | ${of("faithfulness").toFixed(3)} | ${difference(name, "faithfulness")} | ${of("comprehensiveness").toFixed(3)} | ${of("sufficiency").toFixed(3)} |`,
    );
  }
}

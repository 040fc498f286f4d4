/**
 * @file What to choose for language models: how blocks are fused and weighed, and how much hangs on the draws of the baseline, by removal and insertion of words in nats of the answer's log-probability. All variants share their integrals;
 * the default is measured with other draws as well.
 *
 * Run: npx tsx -C calig-source bench/decoder-choices.ts --model FOLDER_OR_GGUF --data prompts.jsonl [--limit 12]
 * [--tolerance 0.05]. Cost, SmolLM2-135M: some 40 seconds of two idle cores for each prompt.
 */

import { parseArgs } from "node:util";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { evaluate, sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import { loadModel, readDataset } from "@calig/node";
import { gainTable } from "./gain-table.ts";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    limit: { type: "string", default: "12" },
    tolerance: { type: "string", default: "0.05" },
  },
});
const { model: source, data } = options;
if (source === undefined || data === undefined) throw new Error("Give --model FOLDER_OR_GGUF and --data prompts.jsonl");

await using model = await loadModel(source);
const dataset = sampleDataset(await readDataset(data, {}), Number(options.limit), 0);
const half = model.programs.blocks >> 1;
const from = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);
const DEFAULT = "default";
const variants: Readonly<Record<string, ExplainOptions>> = {
  [DEFAULT]: {},
  additive: { fusion: "additive" },
  gate: { fusion: "gate" },
  transport: { fusion: "transport" },
  "uniform weights": { layerWeights: "uniform" },
  "balanced weights": { layerWeights: "balanced" },
  "lower half": { layers: from(0, half) },
  "upper half": { layers: from(half, model.programs.blocks) },
};
const namedMethods = Object.entries(variants).map(([name, own]) => ({
  name,
  options: { method: "ca-lig", tolerance: Number(options.tolerance), ...own },
}));
for (const replacement of ["drop", "random-words"] as const) {
  const evaluation = await evaluate(model, dataset, {
    namedMethods,
    metrics: ["deletion", "insertion", "faithfulness"].map(metricByName),
    replacement,
    onProgress: (done) => process.stderr.write(`\r${replacement}: ${(100 * done).toFixed(0)} %  `),
  });
  console.log(`\n### removed words become ${replacement}, ${evaluation.dataset.measured} prompts, nats\n`);
  console.log(gainTable(evaluation, Object.keys(variants), DEFAULT));
}
// Each seed has two draws of its own; words are taken out, which draws nothing.
for (const seed of [1, 2]) {
  const { results } = await evaluate(model, dataset, {
    namedMethods: namedMethods.slice(0, 1),
    metrics: [metricByName("faithfulness")],
    replacement: "drop",
    seed,
    onProgress: (done) => process.stderr.write(`\rseed ${seed}: ${(100 * done).toFixed(0)} %  `),
  });
  const [{ value, low, high } = { value: 0, low: 0, high: 0 }] = results;
  console.log(
    `\nother draws (seed ${seed}): faithfulness ${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`,
  );
}

/**
 * @file Completeness error of every block in `auto` mode on many sentences: the table in docs/completeness.md.
 *
 * Run: npm run bench:completeness -- --data FILE.tsv [--limit 50] [--model packages/model-sst2] [--baseline NAME]
 * FILE.tsv has lines "label<TAB>sentence" (SST-2 dev). Every (lines / limit)-th sentence is taken.
 */

import { parseArgs } from "node:util";
import { type BaselineName, explain, loadModel } from "@calig/node";
import { evenlySpreadSentences } from "./sentences.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    limit: { type: "string", default: "50" },
    model: { type: "string", default: "sst2" },
    baseline: { type: "string", default: "mask" },
  },
});
if (options.data === undefined) throw new Error("Give --data FILE.tsv");
const texts = await evenlySpreadSentences(options.data, Number(options.limit));

await using model = await loadModel(options.model);
const blocks = Array.from({ length: model.facts.blocks }, () => ({
  errors: [] as number[],
  points: [] as number[],
  warned: 0,
}));
const milliseconds: number[] = [];
let warned = 0;
for (const text of texts) {
  const explanation = await explain(model, text, { baseline: options.baseline as BaselineName });
  milliseconds.push(explanation.cost.milliseconds);
  if (explanation.warnings.some((warning) => warning.code === "not-converged")) warned++;
  for (const [l, { completeness }] of explanation.blocks.entries()) {
    blocks[l]?.errors.push(completeness.relativeError);
    blocks[l]?.points.push(completeness.points);
    if (!completeness.converged && blocks[l] !== undefined) blocks[l].warned++;
  }
}
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)] as number;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (value: number) => `${(100 * value).toFixed(3)} %`;

console.log(
  `Baseline \`${options.baseline}\`, ${texts.length} sentences, median ${median(milliseconds).toFixed(0)} ms a sentence, ${warned} with a warning.\n`,
);
console.log("| block | median error | worst error | above 1 % | mean points | most points |");
console.log("|---|---|---|---|---|---|");
for (const [l, { errors, points, warned: above }] of blocks.entries()) {
  console.log(
    `| ${l} | ${percent(median(errors))} | ${percent(Math.max(...errors))} | ${above} | ${mean(points).toFixed(1)} | ${Math.max(...points)} |`,
  );
}

/**
 * @file What fixed numbers of points reach, beside `auto`: the second table of docs/completeness.md.
 *
 * Run: npm run bench:fixed-rules -- --data FILE.tsv [--limit 25] [--model sst2] [--baseline NAME]
 * FILE.tsv has lines "label<TAB>sentence" (SST-2 dev). Every (lines / limit)-th sentence is taken.
 */

import { parseArgs } from "node:util";
import { type BaselineName, type ExplainOptions, explain, loadModel } from "../src/node.ts";
import { evenlySpreadSentences } from "./sentences.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    limit: { type: "string", default: "25" },
    model: { type: "string", default: "sst2" },
    baseline: { type: "string", default: "mask" },
    points: { type: "string", default: "4,8,12,16,24,32,48,64,96" },
    tolerance: { type: "string", default: "0.01" },
  },
});
if (options.data === undefined) throw new Error("Give --data FILE.tsv");
const texts = await evenlySpreadSentences(options.data, Number(options.limit));
const tolerance = Number(options.tolerance);

await using model = await loadModel(options.model);
const points = options.points.split(",").map(Number);
const rules: Readonly<Record<string, ExplainOptions>> = {
  auto: { steps: "auto", tolerance },
  ...Object.fromEntries(points.map((steps) => [`Gauss-Legendre, ${steps}`, { steps }])),
  ...Object.fromEntries(points.map((steps) => [`midpoint, ${steps}`, { steps, quadrature: "riemann-mid" as const }])),
};
console.log(
  "| points per block | passes, mean | blocks above the tolerance | sentences with such a block | worst error |",
);
console.log("|---|---|---|---|---|");
for (const [name, rule] of Object.entries(rules)) {
  const passes: number[] = [];
  const errors: number[][] = [];
  for (const text of texts) {
    const { cost, blocks } = await explain(model, text, { ...rule, baseline: options.baseline as BaselineName });
    passes.push(cost.modelEvaluations);
    errors.push(blocks.map(({ completeness }) => completeness.relativeError));
  }
  const above = errors.map((row) => row.filter((error) => error > tolerance).length);
  const mean = passes.reduce((sum, value) => sum + value, 0) / passes.length;
  const blocks = above.reduce((sum, value) => sum + value, 0);
  const worst = Math.max(...errors.flat());
  console.log(
    `| ${name} | ${mean.toFixed(0)} | ${blocks} of ${errors.flat().length} | ${above.filter((n) => n > 0).length} of ${texts.length} | ${(100 * worst).toFixed(2)} % |`,
  );
}

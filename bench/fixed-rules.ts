/**
 * @file What fixed numbers of points reach, beside `auto`: the second table of docs/completeness.md.
 *
 * Run: npm run bench:fixed-rules -- --data FILE.tsv [--limit 25] [--model sst2] [--baseline NAME] [--points 8,16,24]
 * FILE.tsv has lines "label<TAB>sentence" (SST-2 dev). Every (lines / limit)-th sentence is taken. Single positions are
 * compared with those of `--exact` Gauss-Legendre points per block, in units of the largest of their block.
 */

import { parseArgs } from "node:util";
import { type BaselineName, type ExplainOptions, type Explanation, explain, loadModel } from "@calig/node";
import { median } from "./measure.ts";
import { evenlySpreadSentences } from "./sentences.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    limit: { type: "string", default: "25" },
    model: { type: "string", default: "sst2" },
    baseline: { type: "string", default: "mask" },
    points: { type: "string", default: "4,8,12,16,24,32,48,64,96" },
    tolerance: { type: "string", default: "0.01" },
    exact: { type: "string", default: "128" },
  },
});
if (options.data === undefined) throw new Error("Give --data FILE.tsv");
const texts = await evenlySpreadSentences(options.data, Number(options.limit));
const tolerance = Number(options.tolerance);
const baseline = options.baseline as BaselineName;

await using model = await loadModel(options.model);
const points = options.points.split(",").map(Number);
const rules: Readonly<Record<string, ExplainOptions>> = {
  "auto (spline)": { steps: "auto", tolerance },
  "auto, Gauss-Legendre bisected": { steps: "auto", tolerance, quadrature: "gauss-legendre" },
  ...Object.fromEntries(points.map((steps) => [`Gauss-Legendre, ${steps}`, { steps }])),
  ...Object.fromEntries(points.map((steps) => [`midpoint, ${steps}`, { steps, quadrature: "riemann-mid" as const }])),
};
const exact: Explanation[] = [];
for (const text of texts) exact.push(await explain(model, text, { steps: Number(options.exact), baseline }));

/** Of every block: its largest deviation in units of its largest relevance. */
const deviations = (found: Explanation, wanted: Explanation): number[] =>
  wanted.blocks.map(({ relevance }, b) => {
    const largest = Math.max(...relevance.map(Math.abs));
    const own = found.blocks[b]?.relevance ?? [];
    return Math.max(...relevance.map((value, t) => Math.abs(value - (own[t] as number)))) / largest;
  });

console.log(
  "| points per block | passes, mean | blocks above the tolerance | sentences with such a block | worst error | single positions, median | single positions, worst |",
);
console.log("|---|---|---|---|---|---|---|");
const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;
for (const [name, rule] of Object.entries(rules)) {
  const passes: number[] = [];
  const errors: number[][] = [];
  const single: number[] = [];
  for (const [i, text] of texts.entries()) {
    const explanation = await explain(model, text, { ...rule, baseline });
    passes.push(explanation.cost.modelEvaluations);
    errors.push(explanation.blocks.map(({ completeness }) => completeness.relativeError));
    single.push(...deviations(explanation, exact[i] as Explanation));
  }
  const above = errors.map((row) => row.filter((error) => error > tolerance).length);
  const mean = passes.reduce((sum, value) => sum + value, 0) / passes.length;
  const cells = [
    name,
    mean.toFixed(0),
    `${above.reduce((sum, value) => sum + value, 0)} of ${errors.flat().length}`,
    `${above.filter((n) => n > 0).length} of ${texts.length}`,
    percent(Math.max(...errors.flat())),
    percent(median(single), 3),
    percent(Math.max(...single)),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

/**
 * @file Whether memory stays flat: explains again and again, and reports what the process holds on the way.
 *
 *     npx tsx -C calig-source bench/leak.ts [--model sst2] [--runs 1000] [--every 100] [--stream]
 */

import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";
import { settledMemory } from "../test/support/settled-memory.ts";

const WORDS = ["a", "gripping", "dull", "film", "that", "never", "ends", "but", "shines", "and", "fades"];

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "sst2" },
    runs: { type: "string", default: "1000" },
    every: { type: "string", default: "100" },
    stream: { type: "boolean", default: false },
  },
});
const [runs, every] = [Number(values.runs), Number(values.every)];

await using model = await loadModel(values.model, values.stream ? { stream: true } : {});
const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
const rows: { readonly run: number; readonly managed: number; readonly resident: number }[] = [];
console.log("| explanations | heap and buffers, MB | resident, MB |\n|---|---|---|");
for (let run = 0; run <= runs; run++) {
  if (run % every === 0) {
    const memory = await settledMemory();
    rows.push({ run, ...memory });
    console.log(`| ${run} | ${megabytes(memory.managed)} | ${megabytes(memory.resident)} |`);
  }
  // Lengths differ, as they do in practice: the engine plans memory for each.
  const length = 3 + (run % 17);
  const text = Array.from({ length }, (_, i) => WORDS[(run + i * i) % WORDS.length]).join(" ");
  await explain(model, text, { steps: 2 });
}
/** Least-squares slope after the first rows, bytes per explanation. */
function slope(value: (row: (typeof rows)[number]) => number): number {
  const used = rows.slice(Math.min(2, rows.length - 2));
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const [x, y] = [mean(used.map(({ run }) => run)), mean(used.map(value))];
  const covariance = used.reduce((sum, row) => sum + (row.run - x) * (value(row) - y), 0);
  return covariance / used.reduce((sum, { run }) => sum + (run - x) ** 2, 0);
}
console.log(
  `growth per explanation: heap and buffers ${slope(({ managed }) => managed).toFixed(0)} bytes, resident ${slope(({ resident }) => resident).toFixed(0)} bytes`,
);

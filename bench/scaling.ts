/**
 * @file How the cost of an explanation grows with tokens, points, blocks and rows per run: CPU time on one thread, and the
 * power it grows with over the whole range and over its last step.
 *
 *     npx tsx -C calig-source bench/scaling.ts [--runs 3]
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { backwardRowBytes } from "@calig/core/internal/program/row-bytes";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { type ExplainOptions, explain, type LoadedModel, loadModel } from "@calig/node";
import { exponent, median, textOf, timed } from "./measure.ts";
import { writeRandomBert } from "./random-bert.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "3" } } });
const runs = Number(values.runs);
const threads = 1;

/** One size and how to explain at it. */
interface Case {
  readonly size: number;
  readonly run: () => Promise<unknown>;
}

/** Sizes in turn, several times over; the median of each. */
async function measure(what: string, cases: readonly Case[]): Promise<void> {
  const times = cases.map(() => [] as number[]);
  for (const { run } of cases) await run();
  for (let round = 0; round < runs; round++) {
    for (const [i, { run }] of cases.entries()) times[i]?.push((await timed(run)).cpuMilliseconds);
  }
  const points = cases.map(({ size }, i) => [size, median(times[i] ?? [])] as const);
  const shown = points.map(([size, time]) => `${size}: ${time.toFixed(0)}`).join(", ");
  console.log(`| ${what} | ${shown} | ${exponent(points).toFixed(2)} | ${exponent(points.slice(-2)).toFixed(2)} |`);
}

const explained = (model: LoadedModel, tokens: number, options: ExplainOptions) => () =>
  explain(model, textOf(tokens), { tolerance: 1e6, ...options });

console.log("| growing | CPU time, ms | power | power, last step |\n|---|---|---|---|");
{
  await using model = await loadModel("sst2", { threads });
  const sizes = [16, 32, 64, 128, 256, 512];
  await measure(
    "tokens, 2 points",
    sizes.map((size) => ({ size, run: explained(model, size, { steps: 2 }) })),
  );
  await measure(
    "points per block, 32 tokens",
    [2, 4, 8, 16, 32].map((size) => ({ size, run: explained(model, 32, { steps: size }) })),
  );
  const rowBytes = model.facts.blocks * backwardRowBytes(streamOf(model.anatomy), 32);
  await measure(
    "rows per run, 32 tokens, 8 points",
    [2, 4, 8, 16, 32].map((size) => ({
      size,
      run: explained(model, 32, { steps: 8, memory: 1.01 * size * rowBytes }),
    })),
  );
}
const folders: string[] = [];
const models: LoadedModel[] = [];
try {
  for (const blocks of [2, 4, 8, 16]) {
    const folder = await mkdtemp(join(tmpdir(), "calig-scaling-"));
    folders.push(folder);
    await writeRandomBert(folder, { blocks, width: 256 });
    models.push(await loadModel(folder, { threads }));
  }
  await measure(
    "blocks, all explained, width 256, 32 tokens, 4 points",
    models.map((model) => ({ size: model.facts.blocks, run: explained(model, 32, { steps: 4 }) })),
  );
} finally {
  for (const model of models) await model.dispose();
  for (const folder of folders) await rm(folder, { recursive: true });
}

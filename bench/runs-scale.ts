/**
 * @file What runs cost besides explaining: keeping and writing rows, memory of the writer for shards of 10,000 rows, and how
 * long it takes to go on with a million rows of which 999,000 are done. Figures for docs/scale.md.
 *
 *     npx tsx -C calig-source bench/runs-scale.ts
 */

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { explain } from "@calig/core/internal/attribution/explain";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { loadModel } from "@calig/node/internal/node/load-model";
import { startParquet } from "@calig/node/internal/node/parquet/write";
import { type RunManifest, readManifest } from "@calig/node/internal/runs/manifest";
import { checksum, type RunInputs } from "@calig/node/internal/runs/run-inputs";
import { RUN_COLUMNS } from "@calig/node/internal/runs/run-row";
import { doneShards, shardNotes, shardPath } from "@calig/node/internal/runs/shards";
import { workShard } from "@calig/node/internal/runs/work-shard";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const TEXT =
  "The plot is thin but the acting is superb, and the ending, while a little predictable, moved me to tears; I would watch it again.";
const folder = await mkdtemp(join(tmpdir(), "calig-scale-"));

/** Rows that are written and not explained: what is left is the cost of the run. */
async function writing(rows: number, canned: Explanation) {
  const run = join(folder, `writing-${rows}`);
  await mkdir(join(run, "shards"), { recursive: true });
  const manifest = {
    version: 1,
    kind: "calig-run",
    calig: "bench",
    command: [],
    place: "/",
    model: canned.model,
    options: {},
    optionsHash: "0".repeat(64),
    inputs: [],
    rows,
    shardRows: rows,
    shards: 1,
    columns: RUN_COLUMNS,
  } as const satisfies RunManifest;
  const inputs: RunInputs = {
    parts: [],
    rows,
    async *entries(start, end) {
      for (let row = start; row < end; row++)
        yield { row, source: { file: "in", line: row }, text: TEXT, read: async () => ({}) };
    },
    check: async () => {},
  };
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  let peak = before;
  await workShard(
    {
      folder: run,
      manifest,
      inputs,
      explain: async () => canned,
      onRow: (row) => {
        if (row % 100 === 0) peak = Math.max(peak, process.memoryUsage().rss);
      },
    },
    0,
  );
  peak = Math.max(peak, process.memoryUsage().rss);
  const used = process.cpuUsage(cpu);
  const { size } = await stat(shardPath(run, manifest, 0));
  console.log({
    rows,
    msPerRow: ((performance.now() - from) / rows).toFixed(3),
    cpuMsPerRow: ((used.user + used.system) / 1000 / rows).toFixed(3),
    extraMemoryMB: Math.round((peak - before) / 2 ** 20),
    shardMB: (size / 2 ** 20).toFixed(1),
  });
}

{
  await using model = await loadModel("sst2");
  const canned = await explain(model, TEXT, { effort: "instant" });
  await writing(1000, canned);
  await writing(10_000, canned);
}

const ROWS = 1_000_000;
const input = join(folder, "in.parquet");
const out = join(folder, "run");
{
  const file = await open(input, "w");
  const sink = startParquet(file, { id: "text", text: "text" }, {});
  for (let row = 0; row < ROWS; row += 10_000) {
    await sink.group(Array.from({ length: 10_000 }, (_, i) => ({ id: `n${row + i}`, text: `Film ${row + i}.` })));
  }
  await sink.finish();
  await file.close();
}
const command = ["explain", "--input", input, "--out", `${out}/`, "--method", "random", "--quiet"];
const start = (...more: string[]) =>
  spawn(
    process.execPath,
    [join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts"), ...command, ...more],
    { stdio: "inherit" },
  );
const ended = (child: ReturnType<typeof start>) =>
  new Promise<number | null>((resolve) => void child.once("exit", resolve));
await ended(start("--plan"));
const manifest = (await readManifest(out)) as RunManifest;
const empty = Array.from({ length: 100 }, () => ({ id: "n", words: ["a", "film"], attribution: [1, 2] }));
for (let shard = 0; shard < manifest.shards - 1; shard++) {
  const file = await open(shardPath(out, manifest, shard), "w");
  const sink = startParquet(file, RUN_COLUMNS, shardNotes(manifest, shard, 0));
  for (let group = 0; group < manifest.shardRows / 100; group++) await sink.group(empty);
  await sink.finish();
  await file.close();
}
let from = performance.now();
const seconds = () => ((performance.now() - from) / 1000).toFixed(2);
const done = await doneShards(out, manifest);
console.log(`${done.length} of ${manifest.shards} shards found by their footers in ${seconds()} s`);
from = performance.now();
await doneShards(out, manifest);
console.log(`and by the ledger in ${seconds()} s`);
from = performance.now();
const { size } = await stat(input);
await checksum(input);
console.log(`checksum of an input of ${(size / 2 ** 20).toFixed(0)} MB in ${seconds()} s: when a run is begun`);
// Once as a queue leaves it, whose workers keep no ledger, once as a command does.
for (const ledger of ["no ledger", "a ledger"]) {
  if (ledger === "no ledger") await rm(join(out, ".done.json"), { force: true });
  await rm(shardPath(out, manifest, manifest.shards - 1), { force: true });
  from = performance.now();
  const child = start();
  while (!(await readdir(join(out, "shards"))).some((name) => name.endsWith(".rows.jsonl")))
    await new Promise((resolve) => setTimeout(resolve, 20));
  console.log(`${ledger}: the first row of ${ROWS}, ${ROWS - manifest.shardRows} done, after ${seconds()} s`);
  await ended(child);
  console.log(`all done after ${seconds()} s`);
}
await rm(folder, { recursive: true, force: true });

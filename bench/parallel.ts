/**
 * @file Whether texts are explained faster by processes of one thread each than by one process with as many threads:
 * alternately in one run, ratios of pairs.
 *
 *     npx tsx -C calig-source bench/parallel.ts [--workers 2] [--texts 8] [--tokens 24] [--runs 5]
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";
import { median, type Timing, textOf, timed } from "./measure.ts";

const { values } = parseArgs({
  options: {
    workers: { type: "string", default: "2" },
    texts: { type: "string", default: "8" },
    tokens: { type: "string", default: "24" },
    runs: { type: "string", default: "5" },
  },
});
const [workers, texts, tokens, runs] = [values.workers, values.texts, values.tokens, values.runs].map(Number) as [
  number,
  number,
  number,
  number,
];

/** A process that explains as many texts as it is told to, and answers with the CPU time that took. */
async function work(threads: number): Promise<void> {
  const model = await loadModel("sst2", { threads });
  process.on("message", async (count: number) => {
    const timing = await timed(async () => {
      for (let i = 0; i < count; i++) await explain(model, textOf(tokens - (i % 4)));
    });
    process.send?.(timing);
  });
  await explain(model, textOf(tokens));
  process.send?.("ready");
}

async function start(threads: number): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2), {
    env: { ...process.env, CALIG_BENCH_THREADS: String(threads) },
  });
  await once(child, "message");
  return child;
}

/** All texts by some processes: the time until the last one is done, and the CPU time of all. */
async function explainAll(children: readonly ChildProcess[]): Promise<Timing> {
  const started = performance.now();
  const timings = await Promise.all(
    children.map(async (child) => {
      const answer = once(child, "message");
      child.send(texts / children.length);
      return ((await answer) as [Timing])[0];
    }),
  );
  const cpuMilliseconds = timings.reduce((sum, timing) => sum + timing.cpuMilliseconds, 0);
  return { milliseconds: performance.now() - started, cpuMilliseconds };
}

const own = process.env.CALIG_BENCH_THREADS;
if (own !== undefined) await work(Number(own));
else {
  const one = [await start(workers)];
  const several = [];
  for (let i = 0; i < workers; i++) several.push(await start(1));
  const pairs: (readonly [one: Timing, several: Timing])[] = [];
  for (let run = 0; run < runs; run++) pairs.push([await explainAll(one), await explainAll(several)]);
  for (const child of [...one, ...several]) child.kill();
  const ratio = (of: (timing: Timing) => number) => median(pairs.map(([a, b]) => of(b) / of(a))).toFixed(2);
  const seconds = (i: 0 | 1) => (median(pairs.map((pair) => pair[i].milliseconds)) / 1000).toFixed(1);
  console.log(
    `${texts} texts of about ${tokens} tokens: one process with ${workers} threads ${seconds(0)} s, ${workers} processes with one thread each ${seconds(1)} s; ratio of pairs ${ratio(({ milliseconds }) => milliseconds)} by time, ${ratio(({ cpuMilliseconds }) => cpuMilliseconds)} by CPU time`,
  );
}

/**
 * @file What a second worker gains, and what a run costs besides explaining. Needs idle processors. Figures for docs/scale.md.
 *
 *     npx tsx -C calig-source bench/runs-workers.ts [ROWS]
 */

import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { openParquet } from "@calig/node/internal/node/parquet/read";
import { startRedis } from "../test/support/redis-server.ts";

const rows = Number(process.argv[2] ?? 200);
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const TEXT =
  "The plot is thin but the acting is superb, and the ending, while a little predictable, moved me to tears; I would watch it again";
const folder = await mkdtemp(join(tmpdir(), "calig-workers-"));
const input = join(folder, "in.jsonl");
await writeFile(
  input,
  Array.from({ length: rows }, (_, i) => `${JSON.stringify({ text: `${TEXT}, ${i}.` })}\n`).join(""),
);

const calig = (...argv: string[]) =>
  spawn(
    process.execPath,
    [join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts"), ...argv],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
const over = (child: ReturnType<typeof calig>) =>
  new Promise<void>((resolve) => void child.once("exit", () => resolve()));
const argvOf = (out: string) => [
  ...["explain", "--input", input, "--out", `${join(folder, out)}/`, "--shard-rows", "20"],
  ...["--effort", "blocks", "--quiet"],
];

/** Seconds from the first row that is kept to the end, so that starting and loading do not count; and those of its explanations. */
async function timed(out: string, work: () => Promise<void>) {
  const shards = join(folder, out, "shards");
  const names = () => readdir(shards).catch(() => []);
  const ended = work();
  while ((await names()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const from = performance.now();
  await ended;
  const wall = (performance.now() - from) / 1000;
  let explaining = 0;
  for (const name of await names()) {
    const file = await openParquet(join(shards, name));
    for (const { milliseconds } of await file.read(0, file.rows, ["milliseconds"]))
      explaining += Number(milliseconds) / 1000;
    await file.close();
  }
  return { wall, explaining };
}

await over(calig("--version"));
const one = await timed("one", () => over(calig(...argvOf("one"), "--workers", "1", "--threads", "1")));
const two = await timed("two", () => over(calig(...argvOf("two"), "--workers", "2", "--threads", "1")));
const direct = await timed("direct", () => over(calig(...argvOf("direct"), "--threads", "1")));
const redis = await startRedis();
await over(calig(...argvOf("queue"), "--plan"));
await over(calig("enqueue", join(folder, "queue"), "--redis", redis.url, "--quiet"));
const queue = await timed("queue", async () => {
  const worker = calig("worker", "--redis", redis.url, "--workers", "1", "--threads", "1", "--quiet");
  const shards = Math.ceil(rows / 20);
  const isDone = async () =>
    (await readdir(join(folder, "queue", "shards")).catch(() => [])).filter((name) => name.endsWith(".parquet"))
      .length === shards;
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 5));
  worker.kill("SIGTERM");
});
await redis.stop();
const overhead = ({ wall, explaining }: typeof one) => `${(100 * (wall / explaining - 1)).toFixed(1)} %`;
console.log({
  rows,
  secondsPerRow: (one.explaining / rows).toFixed(3),
  one: one.wall.toFixed(1),
  two: two.wall.toFixed(1),
  gain: (one.wall / two.wall).toFixed(2),
  overheadOfParquet: overhead(direct),
  overheadOfQueueAndParquet: overhead(queue),
});
await rm(folder, { recursive: true, force: true });

/**
 * @file A run whose processes are killed at random times, against an undisturbed one: every id once, the same rows but for
 * milliseconds. With "queue", two workers of a queue whose server is killed as well, begins without its data, and is filled
 * again. Prints figures for docs/scale.md.
 *
 *     npx tsx -C calig-source bench/runs-killed.ts [ROWS] [KILLS] [SEED] [queue]
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { openParquet } from "@calig/node/internal/node/parquet/read";
import { startRedis } from "../test/support/redis-server.ts";

const [rows = 10_000, kills = 20, seed = 1] = process.argv.slice(2, 5).map(Number);
const overQueue = process.argv[5] === "queue";
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const WORDS =
  "a the film plot is not good dull moving acting ending superb thin and but never really quite of all".split(" ");

/** Numbers in 0..1, the same each time (mulberry32). */
let state = seed;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const folder = await mkdtemp(join(tmpdir(), "calig-killed-"));
const lines = Array.from({ length: rows }, (_, i) => {
  const words = Array.from({ length: 3 + Math.floor(random() * 4) }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return JSON.stringify({ id: `n${i}`, text: i % 997 === 500 ? "" : words.join(" ") });
});
await writeFile(join(folder, "in.jsonl"), `${lines.join("\n")}\n`);

const calig = (...argv: string[]): ChildProcess =>
  spawn(
    process.execPath,
    [join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts"), ...argv],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
const start = (out: string, ...more: string[]): ChildProcess =>
  calig(
    ...["explain", "--input", join(folder, "in.jsonl"), "--out", `${join(folder, out)}/`],
    ...["--method", "random", "--quiet", "--shard-rows", "100", ...more],
  );
const DIRECT = ["--workers", "2", "--threads", "1"];
const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => void child.once("exit", (code) => resolve(code)));
const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(1);

/** The processes that a process started. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return list.trim().split(" ").filter(Boolean).map(Number);
}

let from = performance.now();
await ended(start("undisturbed", ...DIRECT));
const undisturbed = (performance.now() - from) / 1000;
console.log(`undisturbed: ${rows} rows in ${undisturbed.toFixed(1)} s`);

from = performance.now();
let killed = 0;
let restarts = 0;
/** Kills one of these processes, and those that they started. Returns which; undefined where it had just ended. */
async function killOne(parents: readonly number[]): Promise<number | undefined> {
  const all = (await Promise.all(parents.map(async (pid) => [pid, ...(await childrenOf(pid))]))).flat();
  const victim = all[Math.floor(random() * all.length)] as number;
  try {
    process.kill(victim, "SIGKILL");
  } catch {
    return undefined;
  }
  killed++;
  return victim;
}
const pauseMs = () => (random() * undisturbed * 1000) / (kills / 1.5);
const shardsDone = async (name: string) =>
  (await readdir(join(folder, name, "shards")).catch(() => [])).filter((file) => file.endsWith(".parquet")).length;

/** One command after the other, until one ends by itself with all of it done. */
async function killCommands(): Promise<void> {
  for (let over = false; !over; ) {
    const child = start("killed", ...DIRECT);
    const end = ended(child);
    while (!over) {
      const what = await Promise.race([killed < kills ? pause(pauseMs()).then(() => "kill" as const) : end, end]);
      if (what !== "kill") {
        const left = (await readdir(join(folder, "killed", "shards"))).filter((name) => name.startsWith("."));
        over = what !== 2 && left.length === 0;
        if (!over) console.log(`ended by itself with ${left.length} shards under way, exit code ${what}: begun again`);
        break;
      }
      if ((await killOne([child.pid as number])) === child.pid) {
        await end;
        restarts++;
        break;
      }
    }
  }
}

/** Workers of a queue, and now and then its server, which begins anew without its data. */
async function killQueue(): Promise<void> {
  const redis = await startRedis();
  await ended(start("killed", "--plan"));
  const shards = Math.ceil(rows / 100);
  const enqueue = () => ended(calig("enqueue", join(folder, "killed"), "--redis", redis.url, "--quiet"));
  const worker = () => calig("worker", "--redis", redis.url, "--threads", "1", "--lock", "5", "--quiet");
  await enqueue();
  const workers = [worker(), worker()];
  let losses = 0;
  while ((await shardsDone("killed")) < shards) {
    await pause(killed + losses < kills ? pauseMs() : 200);
    for (const [i, { exitCode, signalCode }] of workers.entries()) {
      if (exitCode === null && signalCode === null) continue;
      restarts++;
      workers[i] = worker();
    }
    if (killed + losses >= kills) continue;
    if (random() < 0.2) {
      losses++;
      await redis.lose();
      await enqueue();
      continue;
    }
    await killOne(workers.map(({ pid }) => pid as number));
  }
  const alive = workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (const one of alive) one.kill("SIGTERM");
  await Promise.all(alive.map(ended));
  await ended(calig("status", join(folder, "killed"), "--quiet"));
  await redis.stop();
  console.log(`the queue lost its data ${losses} times`);
}

await (overQueue ? killQueue() : killCommands());
console.log(`killed ${killed} times (${restarts} times all of it): ${seconds(from)} s`);

async function contents(name: string) {
  const shards = join(folder, name, "shards");
  const all = [];
  for (const file of (await readdir(shards)).filter((name) => name.endsWith(".parquet")).sort()) {
    const opened = await openParquet(join(shards, file));
    for (const { milliseconds: _, ...row } of await opened.read(0, opened.rows)) all.push(row);
    await opened.close();
  }
  return all;
}
const [a, b] = [await contents("undisturbed"), await contents("killed")];
const ids = new Set(b.map(({ id }) => id));
const same = isDeepStrictEqual(a, b);
const failed = await Promise.all(
  ["undisturbed", "killed"].map((name) => readFile(join(folder, name, "failed.jsonl"), "utf8").catch(() => "")),
);
console.log({
  rows: b.length,
  ids: ids.size,
  same,
  failures: failed[0]?.trim().split("\n").length,
  sameFailures: failed[0] === failed[1],
});
if (same && ids.size === rows && b.length === rows && failed[0] === failed[1]) {
  await rm(folder, { recursive: true, force: true });
} else {
  for (const [i, row] of b.entries()) if (!isDeepStrictEqual(a[i], row)) console.log(a[i], row);
  console.log(`left in ${folder}`);
  process.exitCode = 1;
}

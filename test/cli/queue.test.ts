/** @file Runs over a queue: a server of Redis and workers as processes of their own, which are killed. */

import { once } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openParquet } from "@calig/node/internal/node/parquet/read";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useQueueWorkers } from "../support/queue-worker.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
let redis: RedisServer;

const url = () => redis.url;
const workers = useQueueWorkers(url);

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  workers.kill();
  await redis.stop();
});

const shardsIn = async (folder: string) =>
  (await readdir(join(folder, "shards"))).filter((name) => name.endsWith(".parquet")).sort();

async function rowsOf(folder: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const all = [];
  for (const name of await shardsIn(folder)) {
    const file = await openParquet(join(folder, "shards", name));
    for (const { milliseconds: _, ...row } of await file.read(0, file.rows)) all.push(row);
    await file.close();
  }
  return all;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test("a worker that is killed and a queue that loses its data cost no row and change none", async () => {
  const lines = Array.from({ length: 24 }, (_, i) =>
    JSON.stringify({ id: `n${i}`, text: i === 7 ? "" : `Film ${i}.` }),
  );
  const folder = await tempFolder({ "in.jsonl": `${lines.join("\n")}\n` });
  const out = (name: string) => join(folder, name);
  const argv = ["explain", "--input", out("in.jsonl"), "--shard-rows", "2", "--method", "random"];
  await runCli([...argv, "--out", `${out("undisturbed")}/`]);
  const planned = await runCli([...argv, "--out", `${out("run")}/`, "--plan"]);
  expect(planned.stderr).toContain("24 rows in 12 shards, 0 done");

  const first = await runCli(["enqueue", out("run"), "--redis", url()]);
  expect(first.stderr).toContain("12 shards of 12 in the queue");
  await runCli(["enqueue", out("run"), "--redis", url()]);
  const status = async () =>
    JSON.parse((await runCli(["status", out("run"), "--redis", url(), "--json"])).stdout) as Record<string, unknown>;
  expect(await status()).toMatchObject({ shardsDone: 0, queue: { waiting: 12, active: 0, failed: [] } });

  const [killed, other] = await Promise.all([workers.start(), workers.start()]);
  await until(async () => (await shardsIn(out("run"))).length > 0);
  killed.kill("SIGKILL");
  await until(async () => (await shardsIn(out("run"))).length === 12);

  // Shards are gone, and the queue knows nothing: what the folder lacks is enqueued again.
  for (const name of (await shardsIn(out("run"))).slice(3, 6)) await rm(join(out("run"), "shards", name));
  await redis.lose();
  const again = await runCli(["enqueue", out("run"), "--redis", url()]);
  expect(again.stderr).toContain("3 shards of 12 in the queue");
  await until(async () => (await shardsIn(out("run"))).length === 12);

  other.kill("SIGTERM");
  const [code] = (await once(other, "exit")) as [number];
  expect(code).toBe(0);
  expect(await status()).toMatchObject({
    shardsDone: 12,
    rowsDone: 24,
    rowsFailed: 1,
    queue: { waiting: 0, failed: [] },
  });
  const rows = await rowsOf(out("run"));
  expect(rows.map(({ id }) => id)).toEqual(lines.map((_, i) => `n${i}`));
  expect(rows).toEqual(await rowsOf(out("undisturbed")));
}, 120_000);

test.each([
  [["enqueue", "nowhere", "--redis", "redis://127.0.0.1:1"], 'There is no run in "nowhere"'],
  [["enqueue", "nowhere"], "No queue is named"],
  [["worker", "--redis", "redis://name:secret@127.0.0.1:1"], 'Cannot connect to "redis://127.0.0.1:1"'],
  [["worker", "--redis", "localhost"], 'Cannot use "localhost" as a queue'],
])("%j is misuse", async (argv, message) => {
  const { code, stderr } = await runCli(argv);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

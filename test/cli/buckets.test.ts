/** @file Runs in a bucket of S3, on a server of this machine: written, gone on with, read, and worked on by processes with no disk in common. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { openParquet } from "@calig/node/internal/node/parquet/read";
import { readDataset } from "@calig/node/internal/node/read-dataset";
import { openKeptRows } from "@calig/node/internal/runs/kept-rows";
import { type RunManifest, readManifest } from "@calig/node/internal/runs/manifest";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Call, type CodeBlock, callsOf, codeBlocks, commandsOf } from "../support/code-blocks.ts";
import { useQueueWorkers } from "../support/queue-worker.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { runCli } from "../support/run-cli.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const LINES = Array.from({ length: 12 }, (_, i) => JSON.stringify({ id: `n${i}`, text: i === 7 ? "" : `Film ${i}.` }));
let server: S3Server;
let redis: RedisServer;
let folder: string;
const workers = useQueueWorkers(() => redis.url);

beforeAll(async () => {
  server = await startS3(["data", "bucket"]);
  redis = await startRedis();
  folder = await tempFolder({ "in.jsonl": `${LINES.join("\n")}\n` });
  vi.stubEnv("AWS_ENDPOINT_URL", server.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  // What it says of the versions of Node to come is no matter of these tests.
  vi.stubEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
  vi.stubEnv("AWS_REGION", "eu-central-1");
});
afterAll(async () => {
  workers.kill();
  await redis.stop();
  await server.close();
  vi.unstubAllEnvs();
});

const explain = (out: string, ...more: string[]) =>
  runCli([
    ...["explain", "--input", join(folder, "in.jsonl"), "--out", out, "--shard-rows", "2", "--method", "random"],
    ...more,
  ]);

async function rowsOf(run: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const all = [];
  for (let shard = 0; shard < 6; shard++) {
    const file = await openParquet(`${run}/shards/part-0000${shard}-of-00006.parquet`);
    for (const { milliseconds: _, ...row } of await file.read(0, file.rows)) all.push(row);
    await file.close();
  }
  return all;
}

const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
};

const namesIn = (run: string) =>
  [...server.files.keys()]
    .filter((key) => key.startsWith(`data/${run}/`))
    .map((key) => key.slice(`data/${run}/`.length));

test("a run in a bucket is the one on a disk, is read from there, and goes on", async () => {
  await explain(`${join(folder, "disk")}/`);
  const first = await explain("s3://data/a/run/");
  expect(first.stderr).toContain("Wrote s3://data/a/run/ (12 rows in 6 shards)");
  expect(first.code).toBe(1);
  const rows = await rowsOf("s3://data/a/run");
  expect(rows).toEqual(await rowsOf(join(folder, "disk")));
  expect(namesIn("a/run").sort()).toEqual([
    ".done.json",
    "failed.jsonl",
    "manifest.json",
    ...[0, 1, 2, 3, 4, 5].map((shard) => `shards/part-0000${shard}-of-00006.parquet`),
  ]);
  const { items } = await readDataset("s3://data/a/run/");
  expect(items).toHaveLength(11);
  expect((await runCli(["report", "s3://data/a/run/"])).stdout).toContain("11");
  const status = await runCli(["status", "s3://data/a/run/", "--json"]);
  expect(JSON.parse(status.stdout)).toMatchObject({ shardsDone: 6, rowsFailed: 1 });

  const manifest = (await readManifest("s3://data/a/run/")) as RunManifest;
  const lost = "data/a/run/shards/part-00003-of-00006.parquet";
  (server.files as Map<string, unknown>).delete(lost);
  const kept = await openKeptRows("s3://data/a/run/", manifest, 3);
  await kept.add({ ...(rows[6] as object), row: 6, error: "kept" });
  await kept.close();
  const copies = () => namesIn("a/run").filter((name) => name.endsWith(".rows.jsonl"));
  expect(copies()).toHaveLength(1);
  server.forget();
  await explain("s3://data/a/run/");
  expect(copies()).toEqual([]);
  // Of the others nothing was opened, and nothing was written again.
  const asked = server.requests.filter((request) => request.includes(".parquet"));
  expect(asked.filter((request) => !request.includes(lost))).toEqual([]);
  expect((await rowsOf("s3://data/a/run"))[6]).toMatchObject({ error: "kept" });
});

test("a shard that another process has written stays as it is; a command that holds the run keeps others out", async () => {
  const shard = "data/b/run/shards/part-00000-of-00006.parquet";
  await explain("s3://data/a/other/");
  const made = server.files.get("data/a/other/shards/part-00000-of-00006.parquet");
  server.forget();
  await explain("s3://data/b/run/", "--plan");
  const manifest = (await readManifest("s3://data/b/run/")) as RunManifest;
  const { workShard } = await import("@calig/node/internal/runs/work-shard");
  const inputs = { parts: [], rows: 12, check: async () => {}, async *entries() {} };
  const kept = await openKeptRows("s3://data/b/run/", manifest, 0);
  for (const row of (await rowsOf("s3://data/a/other")).slice(0, 2)) await kept.add(row as { row: number });
  await kept.close();
  (server.files as Map<string, unknown>).set(shard, made);
  const work = {
    folder: "s3://data/b/run/",
    manifest,
    inputs,
    explain: async () => Promise.reject(new Error("not here")),
  };
  expect(await workShard({ ...work, inputs: { ...inputs, async *entries() {} } }, 0)).toEqual({ shard: 0, failed: 0 });
  expect(server.files.get(shard)).toBe(made);
  expect(server.requests).toContain(`PUT ${shard} 412`);

  const lock = { host: "elsewhere", pid: 7 };
  const bytes = Buffer.from(JSON.stringify(lock));
  const files = server.files as Map<string, unknown>;
  files.set("data/b/run/.lock.json", { bytes, etag: '"a"', modified: new Date() });
  const refused = await explain("s3://data/b/run/");
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("process 7 on elsewhere") as string });
  // Silent for long, or of this machine and gone.
  files.set("data/b/run/.lock.json", { bytes, etag: '"a"', modified: new Date(0) });
  expect((await explain("s3://data/b/run/")).stderr).toContain("Wrote");
  const gone = Buffer.from(JSON.stringify({ host: hostname(), pid: process.pid, began: "1" }));
  files.set("data/b/run/.lock.json", { bytes: gone, etag: '"a"', modified: new Date() });
  expect((await explain("s3://data/b/run/")).stderr).toContain("Wrote");
  expect(files.has("data/b/run/.lock.json")).toBe(false);
});

test("inputs may lie in a bucket: one file, or several by a pattern", async () => {
  const files = server.files as Map<string, unknown>;
  const put = (name: string, bytes: Uint8Array, etag = '"1"') =>
    files.set(`data/in/${name}`, { bytes: Buffer.from(bytes), etag, modified: new Date() });
  const lines = (from: number, to: number) => Buffer.from(`${LINES.slice(from, to).join("\n")}\n`);
  put("a-1.jsonl", lines(0, 5));
  put("a-2.jsonl", lines(5, 12));
  put("b.jsonl", lines(0, 1));
  const again = () =>
    runCli([
      ...["explain", "--input", "s3://data/in/a-*.jsonl", "--out", "s3://data/d/run/", "--shard-rows", "2"],
      ...["--method", "random"],
    ]);
  expect((await again()).stderr).toContain("12 rows in 6 shards");
  const rows = await rowsOf("s3://data/d/run");
  expect(rows.map(({ id, source }) => `${source} ${id}`)).toEqual(
    LINES.map((_, i) => `s3://data/in/a-${i < 5 ? 1 : 2}.jsonl n${i}`),
  );
  put("a-2.jsonl", lines(4, 11), '"2"');
  expect((await again()).stderr).toContain('input "s3://data/in/a-2.jsonl" changed');
  const shard = files.get("data/d/run/shards/part-00000-of-00006.parquet") as { readonly bytes: Uint8Array };
  put("rows.parquet", shard.bytes);
  const { stdout } = await runCli(["explain", "--input", "s3://data/in/rows.parquet", "--method", "random", "--json"]);
  expect(stdout.trim().split("\n")).toHaveLength(2);
});

/** A worker with a disk of its own for what is under way. */
const startWorker = async () => workers.start({ TMPDIR: await tempFolder() });

test("workers that share nothing but the bucket and the queue lose no row when one is killed", async () => {
  (server.files as Map<string, unknown>).set("data/in/all.jsonl", {
    bytes: Buffer.from(`${LINES.join("\n")}\n`),
    etag: '"all"',
    modified: new Date(),
  });
  await runCli([
    ...["explain", "--input", "s3://data/in/all.jsonl", "--out", "s3://data/c/run/", "--shard-rows", "2"],
    ...["--method", "random", "--plan"],
  ]);
  await runCli(["enqueue", "s3://data/c/run/", "--redis", redis.url]);
  const done = () => namesIn("c/run").filter((name) => name.endsWith(".parquet")).length;
  const [killed, other] = await Promise.all([startWorker(), startWorker()]);
  await until(() => done() > 0);
  killed.kill("SIGKILL");
  await until(() => done() === 6);
  other.kill("SIGTERM");
  expect(await once(other, "exit")).toEqual([0, null]);
  const same = (await rowsOf(join(folder, "disk"))).map((row) => ({ ...row, source: "s3://data/in/all.jsonl" }));
  expect(await rowsOf("s3://data/c/run")).toEqual(same);
}, 120_000);

test("the commands of docs/scale.md do what the page says, typed one after the other", async () => {
  const block = codeBlocks().find(({ text }) => text.includes("s3://bucket/"));
  const texts = ["A gripping film", "It drags."];
  const rows = parquetWriteBuffer({ columnData: [{ name: "text", data: texts, type: "STRING" }] });
  const files = server.files as Map<string, unknown>;
  files.set("bucket/data/part.parquet", { bytes: Buffer.from(rows), etag: '"1"', modified: new Date() });
  const report = join(folder, "report.html");
  for (const command of commandsOf(block as CodeBlock)) {
    if (command.startsWith("export ")) {
      // What the page sets is what this process has.
      for (const [, name = ""] of command.matchAll(/(\w+)=/g)) expect(process.env).toHaveProperty(name);
    } else if (command.startsWith("calig worker ")) {
      const worker = await startWorker();
      await until(() => [...files.keys()].some((name) => /^bucket\/run\/shards\/.*\.parquet$/.test(name)));
      worker.kill("SIGTERM");
      await once(worker, "exit");
    } else {
      const line = command.replace(/redis:\S+/, redis.url).replace("report.html", report);
      const [{ argv }] = callsOf(line) as [Call];
      expect({ argv, ...(await runCli(argv)) }).toMatchObject({ code: 0 });
    }
  }
  expect(await readFile(report, "utf8")).toContain("gripping");
}, 120_000);

test.each([
  [["--input", "in.jsonl", "--out", "s3://none/run/"], "NoSuchBucket"],
  [["--input", "s3://data/nothing.csv", "--out", "s3://data/x/"], "there is no such file"],
  [["--input", "s3://data/*/x.csv", "--out", "s3://data/x/"], "in S3 a pattern is that of the names in one folder"],
  [["--input", "s3://data/none*.csv", "--out", "s3://data/x/"], "no file is called so"],
  [["--input", "in.jsonl", "--out", "s3:///run/"], "it names no bucket"],
  [["--input", "in.jsonl", "--out", "s3://data/x/", "--format", "html"], "in S3 there are runs alone"],
  [["A text.", "--out", "s3://data/x/"], "in S3 there are runs alone"],
])("%j is refused", async (argv, message) => {
  const own = argv.map((word) => (word === "in.jsonl" ? join(folder, word) : word));
  const { code, stderr } = await runCli(["explain", ...own]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});

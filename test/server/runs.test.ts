/** @file Runs of the server: data sets in, Parquet out, what is refused, and a server that is killed and started again. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openParquet } from "@calig/node/internal/node/parquet/read";
import { problemsOf } from "@calig/node/internal/server/json-schema";
import { DEFAULT_LIMITS } from "@calig/node/internal/server/limits";
import type { RunJob } from "@calig/node/internal/server/run-jobs";
import { componentSchemas } from "@calig/node/internal/server/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { post, refusalOf, type TestServer, useModels, useServers } from "./support.ts";

const tempFolder = useTempFolders();
const load = useModels();
const start = useServers();
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCHEMAS = componentSchemas(DEFAULT_LIMITS);
const QUICK = { method: "gradient-x-input" };

let model: string;
let folder: string;
let server: TestServer;
beforeAll(async () => {
  model = await tempFolder(tinyBertFiles());
  folder = await tempFolder();
  server = await start({
    models: [{ name: "words", model: await load(model) }],
    runsFolder: folder,
    limits: { runShardRows: 2, runsKept: 3, bodyBytes: 300_000 },
  });
});

const jobOf = async (answer: Response | Promise<Response>): Promise<RunJob> => {
  const job = (await (await answer).json()) as RunJob;
  expect(problemsOf(job, { $ref: "#/components/schemas/RunJob" }, SCHEMAS, "answer")).toEqual([]);
  return job;
};

async function ended(url: string, id: string): Promise<RunJob> {
  for (;;) {
    const job = await jobOf(fetch(`${url}/api/runs/${id}`));
    if (job.status !== "queued" && job.status !== "running") return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The rows of a run, downloaded. */
async function rowsOf(url: string, { files }: RunJob): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const all = [];
  for (const file of files) {
    const answer = await fetch(url + file);
    expect(answer.headers.get("Content-Type")).toBe("application/vnd.apache.parquet");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const place = await tempFolder({ "shard.parquet": bytes });
    const opened = await openParquet(join(place, "shard.parquet"));
    for (const { milliseconds: _, ...row } of await opened.read(0, opened.rows)) all.push(row);
    await opened.close();
  }
  return all;
}

describe("/api/runs", () => {
  it("explains rows as calig explain does, tells how far it is, and deletes what it is told to", async () => {
    const rows = [
      { text: "a fine film", id: "a", label: "yes" },
      { text: "word ".repeat(20_000).trim(), id: "long" },
      { text: "a dull film", id: 7 },
    ];
    const answer = await post(`${server.url}/api/runs`, { rows, name: "reviews", ...QUICK });
    expect(answer.status).toBe(202);
    const begun = await jobOf(answer);
    expect(begun).toMatchObject({ name: "reviews", model: "words", files: [] });
    expect(answer.headers.get("Location")).toBe(`/api/runs/${begun.id}`);
    const job = await ended(server.url, begun.id);
    expect(job).toMatchObject({
      status: "done",
      progress: { rows: 3, done: 3, failed: 1, shards: 2, shardsDone: 2 },
      files: [0, 1].map((shard) => `/api/runs/${begun.id}/shards/${shard}`),
    });
    const found = await rowsOf(server.url, job);
    expect(found.map(({ id, source, line, label }) => ({ id, source, line, label }))).toEqual([
      { id: "a", source: "reviews", line: 1, label: "yes" },
      { id: "long", source: "reviews", line: 2, label: null },
      { id: "7", source: "reviews", line: 3, label: null },
    ]);
    expect(found[1]).toMatchObject({ error_code: "CALIG_INPUT", error: expect.stringContaining("tokens") as string });

    // What is in the folder is a run as those of the command line.
    const own = join(folder, begun.id, "run");
    expect(JSON.parse((await runCli(["status", own, "--json"])).stdout)).toMatchObject({
      shardsDone: 2,
      rowsFailed: 1,
    });
    const input = await tempFolder({ "in.csv": "id,text\na,a fine film\n" });
    const out = join(input, "run");
    await runCli([
      "explain",
      "--model",
      model,
      "--input",
      join(input, "in.csv"),
      "--out",
      out,
      "--full",
      "--method",
      "gradient-x-input",
    ]);
    const same = await openParquet(join(out, "shards", "part-00000-of-00001.parquet"));
    expect((await same.read(0, 1))[0]?.attribution).toEqual(found[0]?.attribution);
    await same.close();

    const left = await jobOf(fetch(`${server.url}/api/runs/${begun.id}`, { method: "DELETE" }));
    expect(left).toMatchObject({ status: "done", files: [] });
    expect(await refusalOf(await fetch(`${server.url}/api/runs/${begun.id}`))).toMatchObject({ code: "unknown-run" });
    expect(await readdir(folder)).not.toContain(begun.id);
  });

  it("takes files, whose columns are named beside them, and keeps whole explanations", async () => {
    const csv = "review,who\na fine film,n1\na dull film,n2\nshort,n3\n";
    const request = { ...QUICK, textColumn: "review", idColumn: "who", full: true };
    const send = (body: BodyInit, type: string, asked: object) =>
      fetch(`${server.url}/api/runs?request=${encodeURIComponent(JSON.stringify(asked))}`, {
        method: "POST",
        body,
        headers: { "Content-Type": type },
      });
    const job = await ended(server.url, (await jobOf(send(csv, "text/csv; charset=utf-8", request))).id);
    const rows = await rowsOf(server.url, job);
    expect(rows.map(({ id, source }) => ({ id, source }))).toEqual(
      ["n1", "n2", "n3"].map((id) => ({ id, source: "data.csv" })),
    );
    expect(JSON.parse(String(rows[0]?.json))).toMatchObject({ layout: "text", input: { text: "a fine film" } });
    // Its own Parquet is a data set as well.
    const shard = await (await fetch(server.url + (job.files[0] as string))).arrayBuffer();
    const again = await ended(server.url, (await jobOf(send(shard, "application/vnd.apache.parquet", QUICK))).id);
    expect((await rowsOf(server.url, again)).map(({ attribution }) => attribution)).toEqual(
      rows.slice(0, 2).map(({ attribution }) => attribution),
    );
    const broken = await ended(
      server.url,
      (await jobOf(send("PAR1 and no more", "application/vnd.apache.parquet", QUICK))).id,
    );
    expect(broken).toMatchObject({ status: "failed", error: { code: "invalid-input" } });
    expect(broken.error?.message).toContain('"data.parquet"');
    expect(broken.error?.message).not.toContain(folder);
    // The oldest goes.
    const last = await ended(server.url, (await jobOf(send("text\na film\n", "text/csv", QUICK))).id);
    expect(last.status).toBe("done");
    expect(await refusalOf(await fetch(`${server.url}/api/runs/${job.id}`))).toMatchObject({ code: "unknown-run" });
  });

  it.each([
    [{ rows: [] }, "body.rows"],
    [{ ...QUICK }, "body.rows is missing"],
    [{ rows: [{ text: "a" }], textColumn: "x" }, "body.textColumn is for files"],
    [{ rows: [{ text: "a" }], steps: 2, ...QUICK }, "steps"],
    [{ rows: [{ text: "a" }], model: "none" }, '"none"'],
    [{ rows: [{ text: "a" }], memory: 1 }, "memory"],
  ])("refuses %j", async (body, message) => {
    const refusal = await refusalOf(await post(`${server.url}/api/runs`, body));
    expect(refusal.status).toBeGreaterThanOrEqual(400);
    expect(refusal.status).toBeLessThan(500);
    expect(refusal.message).toContain(message);
  });

  it("has no shard that is not there, and no place outside of its folder", async () => {
    await writeFile(join(folder, "secret.parquet"), "secret");
    for (const path of ["x/shards/0", "..%2f..%2fx/shards/0", `${"x".repeat(300)}`, "%2e%2e"]) {
      const { status } = await fetch(`${server.url}/api/runs/${path}`);
      expect(status).toBe(404);
    }
  });
});

describe("calig serve --runs", () => {
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
  });

  async function serve(runs: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
    const child = spawn(process.execPath, [
      ...[join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts")],
      ...["serve", "--port", "0", "--model", `words=${model}`, "--threads", "1", "--runs", runs],
    ]);
    children.push(child);
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        if (text.startsWith("http")) resolve(text.trim());
      });
      child.once("exit", () => reject(new Error(said)));
    });
    return { child, url };
  }

  it("goes on with a run after the server was killed, and after it was stopped", async () => {
    const runs = await tempFolder();
    const rows = Array.from({ length: 60 }, (_, i) => ({ id: `n${i}`, text: `film number ${i}` }));
    const first = await serve(runs);
    // Slow enough to be killed in the middle.
    const body = { rows, method: "integrated-gradients", steps: 50 };
    const { id } = await jobOf(post(`${first.url}/api/runs`, body));
    const under = async (url: string, least: number) => {
      for (;;) {
        const { progress } = await jobOf(fetch(`${url}/api/runs/${id}`));
        if ((progress?.done ?? 0) >= least) return progress;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await under(first.url, 5);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    const second = await serve(runs);
    await under(second.url, 20);
    second.child.kill("SIGTERM");
    expect(await once(second.child, "exit")).toEqual([0, null]);
    const third = await serve(runs);
    const job = await ended(third.url, id);
    expect(job).toMatchObject({ status: "done", progress: { rows: 60, done: 60, failed: 0 } });
    const found = await rowsOf(third.url, job);
    expect(found.map((row) => row.id)).toEqual(rows.map((row) => row.id));
    third.child.kill("SIGKILL");
  }, 120_000);
});

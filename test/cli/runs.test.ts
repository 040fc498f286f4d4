/** @file Runs: data sets explained in shards, interrupted, gone on with, and compared with undisturbed ones. */

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { InputError } from "@calig/core/internal/errors";
import { openParquet } from "@calig/node/internal/node/parquet/read";
import { readDataset } from "@calig/node/internal/node/read-dataset";
import { openKeptRows } from "@calig/node/internal/runs/kept-rows";
import { type RunManifest, readManifest } from "@calig/node/internal/runs/manifest";
import { openRunInputs } from "@calig/node/internal/runs/open-run-inputs";
import { doneShards } from "@calig/node/internal/runs/shards";
import { workShard } from "@calig/node/internal/runs/work-shard";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

vi.mock(import("@calig/node/internal/node/load-model"), async (original) =>
  (await import("../support/shared-models.ts")).shareModels(await original()),
);

/** As cheap as an explanation gets. */
const QUICK = ["--method", "gradient-x-input"];
const tempFolder = useTempFolders();
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TEXTS = ["Good film.", "Dull.", "", "A moving film, beautifully shot.", "Not bad at all."];
const CSV = `id,text\n${TEXTS.map((text, i) => `n${i},"${text}"`).join("\n")}\n`;

/** The rows of a run without what may differ, in the order of its shards. */
async function rowsOf(folder: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  // A worker whose command was killed may write its row to the end.
  const names = (await readdir(join(folder, "shards"))).filter((name) => name.endsWith(".parquet")).sort();
  const all = [];
  for (const name of names) {
    const file = await openParquet(join(folder, "shards", name));
    for (const { milliseconds: _, ...row } of await file.read(0, file.rows)) all.push(row);
    await file.close();
  }
  return all;
}

const run = (folder: string, ...more: string[]) =>
  runCli([
    "explain",
    "--input",
    join(folder, "in.csv"),
    "--out",
    `${join(folder, "run")}/`,
    "--shard-rows",
    "2",
    ...QUICK,
    ...more,
  ]);

describe("a run", () => {
  let folder: string;
  let rows: Awaited<ReturnType<typeof rowsOf>>;
  beforeAll(async () => {
    folder = await tempFolder({ "in.csv": CSV });
    const { code, stderr } = await run(folder);
    expect(stderr).toContain("Wrote");
    expect(stderr).toContain("1 of 5 rows could not be explained: failed.jsonl");
    expect(code).toBe(1);
    rows = await rowsOf(join(folder, "run"));
  });

  test("has a row for each input, with evidence for each word", () => {
    expect(rows.map(({ id }) => id)).toEqual(["n0", "n1", "n2", "n3", "n4"]);
    const {
      words,
      starts,
      ends,
      attribution,
      block_relevance: blocks,
      target,
      options,
    } = rows[3] as Record<string, unknown[]>;
    const text = TEXTS[3] as string;
    expect(words).toEqual((starts as number[]).map((start, i) => text.slice(start, (ends as number[])[i])));
    expect(attribution).toHaveLength(words?.length ?? 0);
    expect(blocks).toEqual([]);
    expect(target).toBe("positive");
    expect(options).toMatch(/^[0-9a-f]{16}$/);
  });

  test("keeps a row that failed as nulls, and says why in failed.jsonl", async () => {
    expect(rows[2]).toMatchObject({ id: "n2", line: 4, target: null, score: null, error_code: "CALIG_INPUT" });
    const lines = (await readFile(join(folder, "run", "failed.jsonl"), "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        row: 2,
        id: "n2",
        source: join(folder, "in.csv"),
        line: 4,
        code: "CALIG_INPUT",
        message: 'field "text" is empty',
      },
    ]);
  });

  test("leaves nothing behind but what it says", async () => {
    expect((await readdir(join(folder, "run"))).sort()).toEqual([
      ".done.json",
      "failed.jsonl",
      "manifest.json",
      "shards",
    ]);
    expect((await readdir(join(folder, "run", "shards"))).sort()).toEqual(
      [0, 1, 2].map((i) => `part-0000${i}-of-00003.parquet`),
    );
  });

  test("writes only the shards that are missing or damaged when the command is given again, and clears strays", async () => {
    const shards = join(folder, "run", "shards");
    const [first, second, third] = [0, 1, 2].map((i) => join(shards, `part-0000${i}-of-00003.parquet`)) as [
      string,
      string,
      string,
    ];
    await utimes(first, 1000, 1000);
    await rm(second);
    await writeFile(third, (await readFile(third)).subarray(0, -20));
    await writeFile(join(shards, ".part-00001-of-00003.x.tmp"), "half");
    const { stderr } = await run(folder);
    expect(stderr).toContain("Going on with");
    expect(stderr).toContain("2 of 5 rows are done");
    expect((await readFile(first)).length).toBeGreaterThan(0);
    expect(await rowsOf(join(folder, "run"))).toEqual(rows);
  });

  test("opens no shard again whose file is as it was when it was found whole", async () => {
    const [first = "", second = ""] = [0, 1].map((i) =>
      join(folder, "run", "shards", `part-0000${i}-of-00003.parquet`),
    );
    const contents = await Promise.all([first, second].map((path) => readFile(path)));
    for (const path of [first, second]) {
      const { size, atime, mtime } = await stat(path);
      await writeFile(path, Buffer.alloc(size));
      if (path === first) await utimes(path, atime, mtime);
    }
    const manifest = (await readManifest(join(folder, "run"))) as RunManifest;
    // The time of the second one tells that it was written to.
    expect((await doneShards(join(folder, "run"), manifest)).map(({ shard }) => shard)).toEqual([0, 2]);
    await rm(join(folder, "run", ".done.json"));
    expect((await doneShards(join(folder, "run"), manifest)).map(({ shard }) => shard)).toEqual([2]);
    await Promise.all([first, second].map((path, i) => writeFile(path, contents[i] as Buffer)));
    const { stderr } = await run(folder);
    expect(stderr).toContain("1 of 5 rows could not be explained");
    expect(await rowsOf(join(folder, "run"))).toEqual(rows);
  });

  test("goes on from the rows of a shard under way, a torn line left out", async () => {
    const path = join(folder, "run");
    const manifest = (await readManifest(path)) as RunManifest;
    const shard = join(path, "shards", "part-00001-of-00003.parquet");
    await rm(shard);
    const kept = await openKeptRows(path, manifest, 1);
    await kept.add({ ...(rows[2] as object), row: 2, error: "kept" });
    await kept.close();
    const [name = ""] = (await readdir(join(path, "shards"))).filter((each) => each.endsWith(".rows.jsonl"));
    await writeFile(join(path, "shards", name), '{"row":3,"opt', { flag: "a" });
    await run(folder);
    const now = await rowsOf(path);
    expect(now[2]).toMatchObject({ error: "kept" });
    expect(now[3]).toEqual(rows[3]);
    await rm(shard);
    await run(folder);
    expect(await rowsOf(path)).toEqual(rows);
  });

  test("names what is different, and starts over when told to", async () => {
    const { code, stderr } = await run(folder, "--target", "negative");
    expect(code).toBe(2);
    expect(stderr).toContain('target: was not given, is "negative"');
    expect(stderr).toContain("--fresh");
    const changed = await tempFolder({ "in.csv": CSV });
    await run(changed);
    await writeFile(join(changed, "in.csv"), `${CSV}n5,Fine.\n`);
    const again = await run(changed);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("changed: had 5 rows in");
    const fresh = await run(changed, "--fresh");
    expect(fresh.stderr).toContain("6 rows in 3 shards");
    expect(await rowsOf(join(changed, "run"))).toHaveLength(6);
  });

  test("is of one command at a time", async () => {
    const lock = join(folder, "run", ".lock.json");
    const { hostname } = await import("node:os");
    await writeFile(lock, JSON.stringify({ host: hostname(), pid: process.ppid }));
    const { code, stderr } = await run(folder);
    expect(code).toBe(2);
    expect(stderr).toContain(`process ${process.ppid} does so already`);
    // A process that is no more, and one whose number another one has now.
    await writeFile(lock, JSON.stringify({ host: hostname(), pid: process.ppid, began: "1" }));
    expect((await run(folder)).stderr).toContain("Wrote");
  });

  test("is the same with several workers, with the explanation itself", async () => {
    const other = await tempFolder({ "in.csv": CSV });
    await run(other, "--workers", "2", "--full");
    const found = await rowsOf(join(other, "run"));
    expect(found.map(({ attribution }) => attribution)).toEqual(rows.map(({ attribution }) => attribution));
    const { layout, words, cost } = JSON.parse(String(found[0]?.json)) as Record<string, unknown>;
    expect({ layout, cost }).toMatchObject({ layout: "text", cost: { milliseconds: 0 } });
    expect(words).toHaveLength(((found[0] as { words?: unknown }).words as unknown[]).length);
  }, 60_000);

  test("stops behind the row under way, and goes on", async () => {
    const other = await tempFolder({ "in.csv": CSV });
    const stop = new AbortController();
    const out = `${join(other, "run")}/`;
    const watching = setInterval(() => {
      void readdir(join(out, "shards"))
        .then((names) => names.length > 0 && stop.abort())
        .catch(() => {});
    }, 1);
    const argv = ["explain", "--input", join(other, "in.csv"), "--out", out, "--shard-rows", "5"];
    const { code, stderr } = await runCli(argv, { signal: stop.signal });
    clearInterval(watching);
    expect({ code, stderr }).toMatchObject({
      code: 130,
      stderr: expect.stringContaining("the same command goes on") as string,
    });
    expect(await readdir(join(out, "shards"))).toEqual([
      expect.stringMatching(/^\.part-00000-of-00001\..*\.rows\.jsonl$/),
    ]);
    const again = await runCli(argv);
    expect(again.stderr).toContain("5 rows in 1 shard");
    expect((await rowsOf(out)).map(({ id }) => id)).toEqual(["n0", "n1", "n2", "n3", "n4"]);
  });
});

describe("a run of processes", () => {
  /** A row takes long enough for others to come meanwhile. */
  const SLOW = ["--method", "integrated-gradients", "--steps", "12", "--shard-rows", "3"];
  const calig = [join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts")];

  test("is held against a second one, and is what an undisturbed one is after it was killed", async () => {
    const lines = Array.from({ length: 6 }, (_, i) => JSON.stringify({ id: `n${i}`, text: `Film number ${i}.` }));
    const folder = await tempFolder({ "in.jsonl": `${lines.join("\n")}\n` });
    const argv = (out: string) => [
      "explain",
      "--input",
      join(folder, "in.jsonl"),
      "--out",
      `${join(folder, out)}/`,
      ...SLOW,
    ];
    const first = spawn(process.execPath, [...calig, ...argv("run"), "--workers", "2"], { stdio: "ignore" });
    const names = () => readdir(join(folder, "run", "shards")).catch(() => []);
    while ((await names()).length === 0) await pause(5);
    const second = await runCli(argv("run"));
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining("does so already") as string });
    first.kill("SIGKILL");
    await once(first, "exit");
    expect((await runCli(argv("run"))).code).toBe(0);
    await runCli(argv("undisturbed"));
    expect(await rowsOf(join(folder, "run"))).toEqual(await rowsOf(join(folder, "undisturbed")));
  }, 120_000);
});

describe("rows that would stop a run", () => {
  test("are kept as failed: one that ends processes, and one that is a book", async () => {
    const folder = await tempFolder({
      "in.jsonl": ["Good.", "word ".repeat(220_000), "Dull."].map((text) => `${JSON.stringify({ text })}\n`).join(""),
    });
    const out = join(folder, "run");
    const argv = ["explain", "--input", join(folder, "in.jsonl"), "--out", `${out}/`, ...QUICK];
    await runCli([...argv, "--plan"]);
    const manifest = (await readManifest(out)) as RunManifest;
    for (let time = 0; time < 5; time++) {
      const kept = await openKeptRows(out, manifest, 0);
      await kept.begin(2);
      await kept.close();
    }
    const { code } = await runCli(argv);
    expect(code).toBe(1);
    const rows = await rowsOf(out);
    expect(rows.map(({ error_code: failed }) => failed)).toEqual([null, "CALIG_INPUT", "CALIG_ENGINE_ENDED"]);
    expect(rows[1]?.error).toContain("1100000 characters: a run explains at most 100000");
    expect(rows[2]?.error).toContain("ended 5 times");
  });

  test("are tried again behind the others where a process ended at them", async () => {
    const folder = await tempFolder({ "in.csv": CSV });
    const out = join(folder, "run");
    await run(folder, "--plan");
    const manifest = (await readManifest(out)) as RunManifest;
    const kept = await openKeptRows(out, manifest, 0);
    await kept.begin(0);
    await kept.close();
    const { inputs } = await openRunInputs(join(folder, "in.csv"), {
      kinds: [],
      rows: {},
      files: {},
      known: manifest.inputs,
    });
    const order: number[] = [];
    const explain = async () => {
      throw new InputError("no");
    };
    const onRow = (row: number, state: string) => void (state === "begun" && order.push(row));
    await workShard({ folder: out, manifest, inputs, explain, onRow }, 0);
    expect(order).toEqual([1, 0]);
    expect((await rowsOf(out)).map(({ error }) => error)).toEqual(["no", "no"]);
  });

  test("do not come of an input that changes meanwhile: nothing of its shard is kept, and the run goes on when it is put back", async () => {
    const folder = await tempFolder({ "in.csv": CSV });
    const [out, input] = [join(folder, "run"), join(folder, "in.csv")];
    await run(folder, "--plan");
    const manifest = (await readManifest(out)) as RunManifest;
    const { inputs } = await openRunInputs(input, { kinds: [], rows: {}, files: {}, known: manifest.inputs });
    const { atime, mtime } = await stat(input);
    const explain = async () => {
      await writeFile(input, `${CSV}n5,Fine.\n`);
      throw new InputError("not this time");
    };
    await expect(workShard({ folder: out, manifest, inputs, explain }, 0)).rejects.toThrow(
      "changed while it was explained",
    );
    expect(await readdir(join(out, "shards"))).toEqual([]);
    await writeFile(input, CSV);
    await utimes(input, atime, mtime);
    expect((await run(folder)).stderr).toContain("Wrote");
    expect((await rowsOf(out)).map(({ error_code: code }) => code)).toEqual([null, null, "CALIG_INPUT", null, null]);
  });

  test("do not come of a disk that is full: it is named, and the run goes on from there", async () => {
    const folder = await tempFolder({ "in.csv": CSV });
    const out = join(folder, "run");
    const argv = ["explain", "--input", join(folder, "in.csv"), "--out", `${out}/`, "--full", "--effort", "instant"];
    const calig = [join(ROOT, "scripts/import-source.mjs"), join(ROOT, "packages/node/src/cli/bin.ts")];
    const program = [process.execPath, ...calig, ...argv];
    // Translated where there is room for it.
    expect(spawnSync(process.execPath, [...calig, "--version"]).status).toBe(0);
    // Files of at most 20 KB.
    const { status, stderr } = spawnSync("sh", ["-c", `ulimit -f 40; exec "$@"`, "sh", ...program], {
      encoding: "utf8",
    });
    expect(stderr).toContain("make room, then run the same command again");
    expect(status).toBe(1);
    expect((await readdir(join(out, "shards"))).every((name) => name.endsWith(".rows.jsonl"))).toBe(true);
    const again = await runCli(argv);
    expect(again.stderr).toContain("5 rows in 1 shard");
    expect(await rowsOf(out)).toHaveLength(5);
  }, 60_000);
});

describe("one output of many inputs", () => {
  test.each(["out.jsonl", "out.html"])("%s goes on where it stopped", async (name) => {
    const folder = await tempFolder({ "in.csv": CSV });
    const out = join(folder, name);
    const partial = `${out}.partial.jsonl`;
    const argv = ["explain", "--input", join(folder, "in.csv"), "--out", out, ...QUICK];
    await runCli(argv);
    expect((await readdir(folder)).sort()).toEqual(["in.csv", name]);
    const undisturbed = withoutTimes(await readFile(out, "utf8"));
    await rm(out);
    const stop = new AbortController();
    const watching = setInterval(() => {
      void stat(partial).then(
        () => stop.abort(),
        () => {},
      );
    }, 1);
    const stopped = await runCli(argv, { signal: stop.signal });
    clearInterval(watching);
    expect({ code: stopped.code, stderr: stopped.stderr }).toMatchObject({
      code: 130,
      stderr: expect.stringContaining(`What was explained is in ${partial}`) as string,
    });
    // A line that was cut off, and those of other options, are none.
    const [line = ""] = (await readFile(partial, "utf8")).split("\n");
    const kept = JSON.parse(line) as { run: string; explanation: { cost: { milliseconds: number } } };
    kept.explanation.cost.milliseconds = 987;
    await writeFile(
      partial,
      `${JSON.stringify({ ...kept, run: "of another model" })}\n${JSON.stringify(kept)}\n{"run":`,
    );
    const again = await runCli(argv);
    expect(again.stderr).toContain("Going on with 1 explanation from");
    const content = await readFile(out, "utf8");
    expect(content.includes("987")).toBe(true);
    expect(withoutTimes(content)).toBe(undisturbed);
    expect((await readdir(folder)).sort()).toEqual(["in.csv", name]);
  });
});

/** What is written, without the times that it took and the memory of the process; a hash of it, since pages are long. */
const withoutTimes = (content: string): string =>
  createHash("sha256")
    .update(content.replace(/("(?:milliseconds|peakBytes)":)[\d.]+|[\d,.]+ (?:ms|s|MiB)\b/g, "$1"))
    .digest("hex");

test.each([
  ["a run", ["--input", "none.parquet", "--out", "new/run/"]],
  ["a run without its model", ["--input", "in.csv", "--out", "new/run/", "--full", "--model", "./none"]],
  ["files", ["--input", "in.csv", "--out", "new/files/", "--model", "./none"]],
])("%s that is refused leaves no folder behind", async (_what, argv) => {
  const folder = await tempFolder({ "in.csv": CSV });
  const own = argv.map((word) =>
    /^(none|in|new)/.test(word) ? join(folder, word) + (word.endsWith("/") ? "/" : "") : word,
  );
  const { code } = await runCli(["explain", ...own, ...QUICK]);
  expect(code).not.toBe(0);
  expect(await readdir(folder)).toEqual(["in.csv"]);
});

describe("a run that is read", () => {
  test("says the same in reports as the explanations themselves", async () => {
    const folder = await tempFolder({ "in.csv": CSV });
    const argv = ["explain", "--input", join(folder, "in.csv"), "--effort", "instant"];
    const [columns, whole, lines] = ["columns", "whole", "lines.jsonl"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await runCli([...argv, "--out", `${columns}/`, "--format", "parquet"]);
    await runCli([...argv, "--out", `${whole}/`, "--full"]);
    await runCli([...argv, "--out", lines]);
    const [fromColumns, fromWhole, fromLines] = await Promise.all(
      [columns, whole, lines].map(async (path) => (await runCli(["report", path])).stdout),
    );
    expect(fromColumns).toContain("converged");
    expect(fromColumns).toBe(fromLines);
    expect(fromWhole).toBe(fromLines);
  });

  test("is a data set of its inputs, without rows that failed", async () => {
    const folder = await tempFolder({ "in.csv": CSV });
    await run(folder);
    const { items, problems } = await readDataset(join(folder, "run"));
    expect(problems).toEqual([]);
    expect(items.map(({ id, input }) => ({ id, input }))).toEqual(
      TEXTS.flatMap((text, i) => (text === "" ? [] : [{ id: `n${i}`, input: { text } }])),
    );
  });
});

describe("inputs of runs", () => {
  test("may be Parquet, several by a pattern, or a folder of tables", async () => {
    const folder = await tempFolder({ "in.csv": CSV });
    await run(folder);
    const shards = join(folder, "run", "shards");
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    await runCli(["explain", "--input", join(shards, "*.parquet"), "--out", `${a}/`, ...QUICK]);
    await runCli(["explain", "--input", shards, "--out", `${b}/`, ...QUICK]);
    const rows = await rowsOf(a);
    expect(rows.map(({ id }) => id)).toEqual(["n0", "n1", "n2", "n3", "n4"]);
    expect(rows.map(({ text }) => text)).toEqual([...TEXTS.slice(0, 2), null, ...TEXTS.slice(3)]);
    expect((await rowsOf(b)).map(({ id, attribution }) => ({ id, attribution }))).toEqual(
      rows.map(({ id, attribution }) => ({ id, attribution })),
    );
    const { stdout } = await runCli([
      ...["explain", "--input", join(shards, "part-00000-of-00003.parquet"), "--json"],
      ...QUICK,
    ]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { source: { id: string } }).source.id),
    ).toEqual(["n0", "n1"]);
  });

  test("of one part of a data set are asked for", async () => {
    const folder = await tempFolder({});
    await mkdir(join(folder, "data"));
    for (const name of ["train-00000-of-00001.csv", "test-00000-of-00001.csv"])
      await writeFile(join(folder, "data", name), CSV);
    const { code, stderr } = await runCli(["explain", "--input", folder, "--out", `${folder}-run/`, ...QUICK]);
    expect(code).toBe(2);
    expect(stderr).toContain("several parts of a data set");
    expect(stderr).toContain(`${join(folder, "data", "test*.csv")}`);
  });

  test.each([
    [["--workers", "2"], "name one with --out"],
    [["--workers", "2", "--out", "x.jsonl"], "a run is a folder"],
    [["--format", "parquet,json", "--out", "x/"], "parquet makes a run of its folder"],
    [["--full", "--format", "html", "--out", "x/"], "makes no run"],
  ])("%j are refused", async (more, message) => {
    const folder = await tempFolder({ "in.csv": CSV });
    const { code, stderr } = await runCli(["explain", "--input", join(folder, "in.csv"), ...more]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

/**
 * @file Memory that a large checkpoint takes: writes a BERT of random weights, loads and explains with it in a process of
 * its own, whole and block by block, and reports what that process held at most, in all and without what is mapped from
 * files, and whether the numbers are the same. Needs `npm run build`.
 *
 *     npx tsx -C calig-source bench/large-model.ts [--blocks 24] [--width 1024] [--dtype float32|float16] [--steps 1] [--memory 512MB] [--folder FOLDER]
 */

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { writeRandomBert } from "./random-bert.ts";

const TEXT = "A gripping, beautifully shot film that forgets to end.";
const POLL_MS = 50;

const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "24" },
    width: { type: "string", default: "1024" },
    dtype: { type: "string", default: "float32" },
    steps: { type: "string", default: "1" },
    memory: { type: "string", default: "512MB" },
    folder: { type: "string" },
  },
});
const [blocks, width] = [Number(values.blocks), Number(values.width)];
const dtype = values.dtype === "float16" ? "float16" : "float32";

interface Run {
  readonly attribution: readonly number[];
  readonly seconds: number;
  /** Largest resident memory, and the largest without pages that are mapped from files, bytes. */
  readonly resident: number;
  readonly anonymous: number;
}

/** Runs calig in a process of its own; polls what it holds (Linux). */
async function explainApart(folder: string, how: readonly string[]): Promise<Run> {
  const fixed = ["--steps", values.steps, "--tolerance", "100", "--format", "json", "--quiet"];
  const argv = ["explain", TEXT, "--model", folder, ...fixed, ...how];
  const bin = new URL("../packages/calig/bin/calig.js", import.meta.url).pathname;
  const started = performance.now();
  const child = spawn(process.execPath, [bin, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
  const most = { resident: 0, anonymous: 0 };
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const of = (field: string) => 1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
    most.resident = Math.max(most.resident, of("VmHWM"));
    most.anonymous = Math.max(most.anonymous, of("RssAnon"));
  }, POLL_MS);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const output = await text(child.stdout);
  clearInterval(timer);
  if ((await ended) !== 0) throw new Error(`calig ended with code ${await ended}`);
  const { attribution } = JSON.parse(output) as { readonly attribution: readonly number[] };
  return { ...most, attribution, seconds: (performance.now() - started) / 1000 };
}

const folder = values.folder ?? (await mkdtemp(join(tmpdir(), "calig-large-")));
await mkdir(folder, { recursive: true });
try {
  const weights = await writeRandomBert(folder, { blocks, width, dtype });
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  console.log(`${dtype}, ${blocks} blocks, width ${width}: weights ${mb(weights)}`);
  const runs: [string, Run][] = [];
  for (const [name, how] of [
    ["whole", []],
    ["block by block", ["--stream", "--memory", values.memory]],
  ] as const) {
    const run = await explainApart(folder, how);
    runs.push([name, run]);
    console.log(
      `${name}: resident at most ${mb(run.resident)}, without mapped files ${mb(run.anonymous)}, ${run.seconds.toFixed(1)} s`,
    );
  }
  const [first = [], second = []] = runs.map(([, { attribution }]) => attribution);
  const largest = Math.max(...first.map(Math.abs));
  const difference = Math.max(...first.map((value, i) => Math.abs(value - (second[i] ?? Number.NaN))));
  console.log(`largest difference of an attribution: ${(difference / largest).toExponential(1)} of the largest`);
} finally {
  if (values.folder === undefined) await rm(folder, { recursive: true });
}

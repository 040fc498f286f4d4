/**
 * @file A short run of this checkout beside another one, alternately, as ratios of processor time: one line of
 * bench/ratios.jsonl for each commit that was measured. Both have been built.
 *
 * Run: npm run bench:ratios -- --base FOLDER [--runs 5]     FOLDER: a checkout of the last release
 */

import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./measure.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Runs in either checkout, by the public API alone; prints milliseconds of processor time of each step. */
const PROGRAM = `
  import { explain, loadModel } from "calig/node";
  const times = {};
  const timed = async (name, work) => {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    times[name] = (user + system) / 1000;
    return result;
  };
  const text = "A gripping, beautifully shot film that forgets to end, yet its two leads hold every scene.";
  const model = await timed("load", () => loadModel("sst2", { threads: 1 }));
  await timed("first explanation", () => explain(model, text));
  await timed("explanations", async () => {
    for (let i = 0; i < 5; i++) await explain(model, text);
  });
  await timed("occlusion", () => explain(model, text, { method: "occlusion" }));
  await model.dispose();
  console.log(JSON.stringify(times));
`;

type Times = Readonly<Record<string, number>>;

const run = (folder: string): Times =>
  JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], { cwd: folder, encoding: "utf8" }),
  ) as Times;

const commitOf = (folder: string): string =>
  execFileSync("git", ["rev-parse", "--short=10", "HEAD"], { cwd: folder, encoding: "utf8" }).trim();

const { values } = parseArgs({ options: { base: { type: "string" }, runs: { type: "string", default: "5" } } });
if (values.base === undefined) throw new Error("Cannot compare: name a built checkout of the last release with --base");
const base = values.base;
const pairs = Array.from({ length: Number(values.runs) }, () => ({ own: run(ROOT), base: run(base) }));
const steps = Object.keys(pairs[0]?.own ?? {});
const ratios = Object.fromEntries(
  // Of each pair, because what else the machine does changes between pairs.
  steps.map((step) => [
    step,
    Number(median(pairs.map((pair) => (pair.own[step] ?? 0) / (pair.base[step] ?? 1))).toFixed(2)),
  ]),
);
const line = { commit: commitOf(ROOT), base: commitOf(base), runs: pairs.length, ratios };
appendFileSync(new URL("ratios.jsonl", import.meta.url), `${JSON.stringify(line)}\n`);
console.log(JSON.stringify(line));

/**
 * @file All blocks of a BERT of base size (12 blocks, width 768, random weights): calig against loops of PyTorch + Captum,
 * alternately in one run on the same weights, input, baseline and number of threads.
 *
 *     npx tsx -C calig-source bench/base-size.ts --python PYTHON [--threads 1] [--runs 3] [--tokens 64] [--baseline mask] [--folder FOLDER] [--out FILE.json]
 *
 * PYTHON has torch, transformers and captum (tools/requirements.txt). Captum runs with its default of 50 points, and with the
 * fewest of a list that bring every block within 1 %, which nobody knows beforehand; calig's `auto` finds out by itself. With one thread, CPU time is the measure
 * where other work runs beside it: threads that wait in a loop are counted too.
 */

import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BaselineName, explain, loadModel } from "@calig/node";
import { type Sample, startCaptum } from "./captum-process.ts";
import { median, textOf } from "./measure.ts";
import { writeRandomBert } from "./random-bert.ts";

const SIZE = { blocks: 12, width: 768 };
const TOLERANCE = 0.01;
const STEPS_TRIED = [3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200];

const { values } = parseArgs({
  options: {
    python: { type: "string" },
    threads: { type: "string", default: "1" },
    runs: { type: "string", default: "3" },
    tokens: { type: "string", default: "64" },
    baseline: { type: "string", default: "mask" },
    folder: { type: "string" },
    out: { type: "string" },
  },
});
if (values.python === undefined) throw new Error("Give --python PYTHON");
const [threads, runs, tokens] = [Number(values.threads), Number(values.runs), Number(values.tokens)];
const baseline = values.baseline as BaselineName;

const folder = values.folder ?? (await mkdtemp(join(tmpdir(), "calig-base-")));
await mkdir(folder, { recursive: true });
if (!(await stat(join(folder, "model.safetensors")).catch(() => undefined))) await writeRandomBert(folder, SIZE);
await using model = await loadModel(folder, { threads });
const text = textOf(tokens);

async function calig(options: { readonly steps: number | "auto"; readonly tolerance?: number }) {
  const cpu = process.cpuUsage();
  const explanation = await explain(model, text, { baseline, ...options });
  const { user, system } = process.cpuUsage(cpu);
  const sample: Sample = {
    milliseconds: explanation.cost.milliseconds,
    cpuMilliseconds: (user + system) / 1000,
    worstError: Math.max(...explanation.blocks.map(({ completeness }) => completeness.relativeError)),
    peakBytes: explanation.cost.peakBytes,
  };
  return { explanation, sample };
}

const { explanation: first } = await calig({ steps: "auto" });
const encoded = await model.tokenizer?.encode(text);
if (encoded === undefined || encoded.ids.length !== tokens) throw new Error("The text has another number of tokens");
const replacement = model.tokenizer?.specialTokens[baseline === "pad" ? "pad" : "mask"]?.id ?? 0;
const request = {
  ids: encoded.ids,
  baseline: encoded.ids.map((id, i) => (encoded.features[i]?.special === true ? id : replacement)),
  target: first.target.index,
};

const captum = await startCaptum(values.python, folder, threads);
let least: number | undefined;
for (const steps of STEPS_TRIED) {
  // Both sides have the same numbers at the same points (test/reference/captum.test.ts); this side is quicker.
  const { worstError } = (await calig({ steps })).sample;
  console.log(`${steps} points per block: worst error of a block ${(100 * worstError).toFixed(2)} %`);
  if (worstError > TOLERANCE) continue;
  least = steps;
  break;
}
if (least === undefined) throw new Error("None of the numbers of points tried reaches the tolerance in every block");
const captumSteps = least;
const competitors: Readonly<Record<string, () => Promise<Sample>>> = {
  "calig, auto": async () => (await calig({ steps: "auto" })).sample,
  [`calig, ${captumSteps} points`]: async () => (await calig({ steps: captumSteps })).sample,
  "Captum, 12 blocks, 50 points": () => captum.run({ ...request, steps: 50 }),
  [`Captum, 12 blocks, ${captumSteps} points`]: () => captum.run({ ...request, steps: captumSteps }),
  "Captum, block 6 alone, 50 points": () => captum.run({ ...request, steps: 50, layers: [6] }),
};
const samples = new Map(Object.keys(competitors).map((name) => [name, [] as Sample[]]));
for (let run = 0; run < runs; run++) {
  for (const [name, compete] of Object.entries(competitors)) {
    const sample = await compete();
    samples.get(name)?.push(sample);
    console.log(
      `${name}: ${(sample.milliseconds / 1000).toFixed(1)} s, CPU ${(sample.cpuMilliseconds / 1000).toFixed(1)} s`,
    );
  }
}
captum.end();
if (values.folder === undefined) await rm(folder, { recursive: true });

const reference = samples.get("calig, auto") ?? [];
const rows = [...samples].map(([name, list]) => {
  const ratio = (of: (sample: Sample) => number) =>
    median(list.map((sample, i) => of(sample) / of(reference[i] as Sample)));
  return {
    name,
    milliseconds: median(list.map((sample) => sample.milliseconds)),
    cpuMilliseconds: median(list.map((sample) => sample.cpuMilliseconds)),
    worstError: Math.max(...list.map((sample) => sample.worstError)),
    timeRatio: ratio((sample) => sample.milliseconds),
    cpuRatio: ratio((sample) => sample.cpuMilliseconds),
  };
});
console.log(
  "\n| what | median time | median CPU time | worst error of a block | time, ratio to auto | CPU, ratio to auto |",
);
console.log("|---|---|---|---|---|---|");
for (const { name, milliseconds, cpuMilliseconds, worstError, timeRatio, cpuRatio } of rows) {
  console.log(
    `| ${name} | ${(milliseconds / 1000).toFixed(1)} s | ${(cpuMilliseconds / 1000).toFixed(1)} s | ${(100 * worstError).toFixed(2)} % | ${timeRatio.toFixed(1)} | ${cpuRatio.toFixed(1)} |`,
  );
}
const result = {
  ...SIZE,
  tokens,
  threads,
  runs,
  baseline,
  cpu: cpus()[0]?.model,
  loadAverage: loadavg()[0],
  torch: captum.torch,
  points: first.blocks.map(({ completeness }) => completeness.points),
  rows,
};
console.log(JSON.stringify({ ...result, rows: undefined }));
if (values.out !== undefined) await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);

/**
 * @file One sentence, all blocks: calig against PyTorch + Captum, alternately in one run on the same weights, input,
 * baseline and number of threads.
 *
 * Run: npm run bench -- --python PYTHON [--threads 2] [--runs 7] [--steps 50] [--model packages/model-sst2] [--out FILE.json]
 * PYTHON has torch, transformers and captum (tools/requirements.txt). Without --python only calig is timed.
 */

import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";
import { startCaptum } from "./captum-process.ts";
import { median } from "./measure.ts";

const TEXT =
  "A gripping, beautifully shot film that forgets to end, yet its two leads hold every scene and nobody in the audience moved.";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    threads: { type: "string", default: "2" },
    runs: { type: "string", default: "7" },
    steps: { type: "string", default: "50" },
    model: { type: "string", default: fileURLToPath(new URL("../packages/model-sst2", import.meta.url)) },
    text: { type: "string", default: TEXT },
    out: { type: "string" },
  },
});
const threads = Number(options.threads);
const runs = Number(options.runs);
const steps = Number(options.steps);

interface Sample {
  readonly milliseconds: number;
  readonly worstError: number;
  readonly peakBytes: number;
}

const started = performance.now();
const model = await loadModel(options.model, { threads });
const loaded = performance.now() - started;
const firstStarted = performance.now();
const first = await explain(model, options.text, { baseline: "pad" });
const cold = performance.now() - firstStarted;

async function calig(stepsOption: number | "auto"): Promise<Sample> {
  const from = performance.now();
  const { blocks, cost } = await explain(model, options.text, { baseline: "pad", steps: stepsOption });
  return {
    milliseconds: performance.now() - from,
    worstError: Math.max(...blocks.map((block) => block.completeness.relativeError)),
    peakBytes: cost.peakBytes,
  };
}

const encoded = await model.tokenizer?.encode(options.text);
if (encoded === undefined) throw new Error("The model reads no text");
const pad = model.tokenizer?.specialTokens.pad?.id ?? 0;
const request = {
  ids: encoded.ids,
  baseline: encoded.ids.map((id, i) => (encoded.features[i]?.special === true ? id : pad)),
  target: first.target.index,
  steps,
};
const captum = options.python === undefined ? undefined : await startCaptum(options.python, options.model, threads);
const torch = captum?.torch;
await captum?.run(request);

const samples: Record<string, Sample[]> = { auto: [], fixed: [], captum: [] };
for (let run = 0; run < runs; run++) {
  samples.auto?.push(await calig("auto"));
  if (captum !== undefined) samples.captum?.push(await captum.run(request));
  samples.fixed?.push(await calig(steps));
}
captum?.end();
const peakBytes = process.resourceUsage().maxRSS * 1024;
await model.dispose();

const rows = Object.entries(samples)
  .filter(([, list]) => list.length > 0)
  .map(([name, list]) => {
    const times = list.map((sample) => sample.milliseconds);
    return {
      name,
      medianMs: median(times),
      minMs: Math.min(...times),
      maxMs: Math.max(...times),
      worstCompletenessError: median(list.map((sample) => sample.worstError)),
      peakBytes: name === "captum" ? median(list.map((sample) => sample.peakBytes)) : peakBytes,
    };
  });
const ratio = (name: "auto" | "fixed") =>
  median((samples.captum ?? []).map((sample, i) => sample.milliseconds / (samples[name]?.[i]?.milliseconds as number)));
const result = {
  tokens: encoded.ids.length,
  blocks: first.blocks.length,
  threads,
  runs,
  steps,
  cpu: cpus()[0]?.model,
  loadAverage: loadavg()[0],
  torch,
  loadMs: loaded,
  firstExplanationMs: cold,
  rows,
  ...(captum === undefined ? {} : { ratioCaptumOverAuto: ratio("auto"), ratioCaptumOverFixed: ratio("fixed") }),
};
console.table(
  rows.map((row) => ({
    what:
      row.name === "captum"
        ? `captum, ${steps} points`
        : row.name === "auto"
          ? "calig, auto"
          : `calig, ${steps} points`,
    "median ms": row.medianMs.toFixed(1),
    "min ms": row.minMs.toFixed(1),
    "max ms": row.maxMs.toFixed(1),
    "worst block error": row.worstCompletenessError.toExponential(1),
    "peak MB": (row.peakBytes / 2 ** 20).toFixed(0),
  })),
);
console.log(JSON.stringify({ ...result, rows: undefined }));
if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(result, null, 2)}\n`);

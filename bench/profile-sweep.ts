/**
 * @file Where the time of the sweep goes: onnxruntime's own profiler over one run of the sweep program, by operator, and
 * the products by shape with their throughput.
 *
 *     npx tsx -C calig-source bench/profile-sweep.ts [--model sst2] [--points 8] [--threads 2]
 */

import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BUILT_IN } from "@calig/core/internal/loading/built-in";
import { anyWeights, checkpointWeights } from "@calig/core/internal/loading/checkpoint-weights";
import { readContents } from "@calig/core/internal/loading/contents";
import { knowledgeOf } from "@calig/core/internal/loading/knowledge";
import { prepareText } from "@calig/core/internal/modality/text/prepare";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { scoreFeeds } from "@calig/core/internal/program/score";
import { buildSweepProgram, sweepNames } from "@calig/core/internal/program/sweep";
import type { Tensor } from "@calig/core/internal/tensor/tensor";
import { familyOf } from "@calig/core/internal/transformer/family-of";
import { loadModel } from "@calig/node";
import { diskStore } from "@calig/node/internal/node/disk-store";
import ort from "onnxruntime-node";

const TEXT =
  "A gripping, beautifully shot film that forgets to end, but the acting is superb and the plot is never thin at all.";
const RUNS = 8;
const SHOWN = 12;

interface KernelEvent {
  readonly name: string;
  readonly cat: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: {
    readonly op_name: string;
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
    readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "sst2" },
    points: { type: "string", default: "8" },
    threads: { type: "string", default: "2" },
  },
});
const points = Number(values.points);

await using model = await loadModel(values.model);
const store = diskStore(model.folder);
const contents = await readContents(store);
const config = contents.stored?.config;
if (config === undefined) throw new Error(`There is no config.json in ${model.folder}`);
const { source, place } = await checkpointWeights(await anyWeights(contents));
const transformer = (await familyOf(config.modelType, knowledgeOf(BUILT_IN).families)).build(config, source, {
  lastBlock: "pooled",
});
const classes = model.labels.length;
const graph = buildSweepProgram(transformer, { kind: "logit", activation: model.activation }, classes);
const prefix = join(tmpdir(), `calig-profile-${process.pid}`);
const session = await ort.InferenceSession.create(encodeModel(createModel(graph, transformer.opsets)), {
  executionProviders: ["cpu"],
  enableProfiling: true,
  profileFilePrefix: prefix,
  logSeverityLevel: 3,
  intraOpNumThreads: Number(values.threads),
  extra: { session: { model_external_initializers_file_folder_path: place.weightsFolder as string } },
});

const { parts } = await prepareText(model, { text: TEXT });
const input = (parts[0] as (typeof parts)[number]).input;
const { hiddenStates } = await model.programs.forward(input.feeds);
const positions = input.features.length;
const toOrt = ({ dtype, data, shape }: Tensor) => new ort.Tensor(dtype as "float32", data as Float32Array, shape);
const feeds: Record<string, ort.Tensor> = {};
for (const [name, tensor] of Object.entries({
  ...input.feeds,
  ...scoreFeeds({ kind: "logit", activation: model.activation, target: 0 }, classes, positions),
})) {
  if (session.inputNames.includes(name)) feeds[name] = toOrt(tensor);
}
hiddenStates.forEach((hidden, l) => {
  feeds[sweepNames.hidden(l)] = toOrt(hidden);
  feeds[sweepNames.baseline(l)] = new ort.Tensor("float32", new Float32Array(hidden.data.length), hidden.shape);
  const alphas = Float32Array.from({ length: points }, (_, index) => (index + 0.5) / points);
  feeds[sweepNames.alpha(l)] = new ort.Tensor("float32", alphas, [points, 1, 1]);
});
for (let run = 0; run < RUNS; run++) await session.run(feeds);
session.endProfiling();

const folder = tmpdir();
const file = (await readdir(folder)).find((name) => join(folder, name).startsWith(prefix));
if (file === undefined) throw new Error(`No profile "${prefix}*" was written`);
const events = (JSON.parse(await readFile(join(folder, file), "utf8")) as readonly KernelEvent[]).filter(
  ({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"),
);
await rm(join(folder, file));

const dims = (shapes: KernelEvent["args"]["input_type_shape"] = []) =>
  shapes.map((shape) => Object.values(shape)[0] ?? []);
const product = (sizes: readonly number[]) => sizes.reduce((total, size) => total * size, 1);

const byOperator = new Map<string, { ms: number; nodes: number }>();
const byShape = new Map<string, { ms: number; gigaflop: number }>();
for (const { dur, args } of events) {
  const ms = dur / 1000 / RUNS;
  const operator = byOperator.get(args.op_name) ?? { ms: 0, nodes: 0 };
  byOperator.set(args.op_name, { ms: operator.ms + ms, nodes: operator.nodes + 1 / RUNS });
  if (!args.op_name.endsWith("MatMul")) continue;
  const inputs = dims(args.input_type_shape);
  const gigaflop = (2e-9 * product(dims(args.output_type_shape)[0] ?? []) * (inputs[0]?.at(-1) ?? 0)) / RUNS;
  const key = `${args.op_name} ${inputs.map((shape) => `[${["*", ...shape.slice(1)].join(", ")}]`).join(" x ")}`;
  const shape = byShape.get(key) ?? { ms: 0, gigaflop: 0 };
  byShape.set(key, { ms: shape.ms + ms, gigaflop: shape.gigaflop + gigaflop });
}
const total = [...byOperator.values()].reduce((sum, { ms }) => sum + ms, 0);
console.log(
  `${positions} positions, ${hiddenStates.length} blocks, ${points} points each: ${total.toFixed(0)} ms a run`,
);
console.table(
  [...byOperator]
    .sort((a, b) => b[1].ms - a[1].ms)
    .slice(0, SHOWN)
    .map(([operator, { ms, nodes }]) => ({
      operator,
      ms: ms.toFixed(1),
      share: `${((100 * ms) / total).toFixed(1)} %`,
      nodes: Math.round(nodes),
    })),
);
console.table(
  [...byShape]
    .sort((a, b) => b[1].ms - a[1].ms)
    .slice(0, SHOWN)
    .map(([shapes, { ms, gigaflop }]) => ({
      shapes,
      ms: ms.toFixed(1),
      "GFLOP/s": (gigaflop / (ms / 1000)).toFixed(0),
    })),
);

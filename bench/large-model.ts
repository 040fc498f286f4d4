/**
 * @file Memory that a large checkpoint takes: writes a BERT of random weights, loads and explains with it in a process of
 * its own, whole and block by block, and reports what that process held at most, in all and without what is mapped from
 * files, and whether the numbers are the same. Needs `npm run build`.
 *
 *     npx tsx bench/large-model.ts [--blocks 24] [--width 1024] [--dtype float32|float16] [--steps 1] [--memory 512MB] [--folder FOLDER]
 */

import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

const TEXT = "A gripping, beautifully shot film that forgets to end.";
const VOCABULARY = 30522;
const POSITIONS = 512;
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
const inner = 4 * width;
const bytesPerElement = values.dtype === "float16" ? 2 : 4;

function tensors(): [name: string, shape: readonly number[]][] {
  const linear = (name: string, inputs: number, outputs: number): [string, readonly number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const norm = (name: string): [string, readonly number[]][] => [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
  const block = (b: number) => {
    const at = `bert.encoder.layer.${b}`;
    return [
      ...["query", "key", "value"].flatMap((part) => linear(`${at}.attention.self.${part}`, width, width)),
      ...linear(`${at}.attention.output.dense`, width, width),
      ...norm(`${at}.attention.output.LayerNorm`),
      ...linear(`${at}.intermediate.dense`, width, inner),
      ...linear(`${at}.output.dense`, inner, width),
      ...norm(`${at}.output.LayerNorm`),
    ];
  };
  return [
    ["bert.embeddings.word_embeddings.weight", [VOCABULARY, width]],
    ["bert.embeddings.position_embeddings.weight", [POSITIONS, width]],
    ["bert.embeddings.token_type_embeddings.weight", [2, width]],
    ...norm("bert.embeddings.LayerNorm"),
    ...Array.from({ length: blocks }, (_, b) => block(b)).flat(),
    ...linear("bert.pooler.dense", width, width),
    ...linear("classifier", width, 2),
  ];
}

/** Writes the checkpoint tensor by tensor; returns the bytes of the weights. */
async function writeModel(folder: string): Promise<number> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  const layout = tensors().map(([name, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const length = count * bytesPerElement;
    header[name] = {
      dtype: values.dtype === "float16" ? "F16" : "F32",
      shape,
      data_offsets: [offset, offset + length],
    };
    offset += length;
    return { name, count, length };
  });
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  const file = await open(join(folder, "model.safetensors"), "w");
  await file.write(size);
  await file.write(padded);
  let state = 1;
  for (const { name, count, length } of layout) {
    const bytes = Buffer.alloc(length);
    const scale = name.includes("LayerNorm.weight") ? 0 : 0.04;
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const value = name.includes("LayerNorm.weight") ? 1 : (state / 2 ** 32 - 0.5) * scale;
      // Half precision: sign, exponent -6 or 0, some bits of fraction; any finite small number will do.
      if (bytesPerElement === 4) bytes.writeFloatLE(value, 4 * i);
      else bytes.writeUInt16LE(scale === 0 ? 0x3c00 : ((state >>> 31) << 15) | 0x2400 | (state & 0x3ff), 2 * i);
    }
    await file.write(bytes);
  }
  await file.close();
  const config = {
    model_type: "bert",
    architectures: ["BertForSequenceClassification"],
    vocab_size: VOCABULARY,
    hidden_size: width,
    num_hidden_layers: blocks,
    num_attention_heads: width / 64,
    intermediate_size: inner,
    hidden_act: "gelu",
    max_position_embeddings: POSITIONS,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    id2label: { 0: "negative", 1: "positive" },
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    await copyFile(new URL(`../models/sst2/${name}`, import.meta.url), join(folder, name));
  }
  return offset;
}

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
  const bin = new URL("../dist/cli/bin.js", import.meta.url).pathname;
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
  const weights = await writeModel(folder);
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  console.log(`${values.dtype}, ${blocks} blocks, width ${width}: weights ${mb(weights)}`);
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

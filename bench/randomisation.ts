/**
 * @file Cascading model-parameter randomisation (Adebayo et al. 2018): do explanations depend on what the model learned?
 *
 * The head is randomised first, then the blocks from the last one down, then the embeddings; after each step the class
 * that the trained model predicts is explained again, and the order of the words is compared with the order that the
 * trained model gives (Spearman). A tensor is randomised by shuffling its elements, so that their sizes stay.
 *
 * Run: npm run bench:randomisation -- --data FILE.tsv [--limit 30] [--model sst2] [--seed 0] [--steps 16] [--figure FILE.svg]
 * FILE.tsv has lines "label<TAB>sentence" (SST-2 dev). Prints the table of docs/randomisation.md.
 */

import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseSafetensorsHeader, safetensorsHeaderLength } from "@calig/core/internal/checkpoint/safetensors";
import { sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import { interval, resampledMeans } from "@calig/core/internal/evaluation/statistics/bootstrap";
import { spearman } from "@calig/core/internal/evaluation/statistics/rank-correlation";
import { createRandom } from "@calig/core/internal/util/random";
import { explain, type LoadedModel, loadModel, readDataset } from "@calig/node";
import { lineFigure } from "./line-figure.ts";

const METHODS = [
  "ca-lig",
  "integrated-gradients",
  "gradient-x-input",
  "saliency",
  "gradient-rollout",
  "attention-rollout",
  "raw-attention",
];
const LENGTH_FIELD = 8;
const WEIGHTS = "model.safetensors";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    limit: { type: "string", default: "30" },
    model: { type: "string", default: "sst2" },
    seed: { type: "string", default: "0" },
    steps: { type: "string", default: "16" },
    figure: { type: "string" },
  },
});
if (options.data === undefined) throw new Error("Give --data FILE.tsv");
const seed = Number(options.seed);
const dataset = sampleDataset(await readDataset(options.data, {}), Number(options.limit), seed);
const texts = dataset.items.flatMap(({ input }) => ("text" in input ? [input.text] : []));

const trained = await loadModel(options.model);
const { blocks } = trained.facts;
const targets: number[] = [];
for (const text of texts) targets.push((await explain(trained, text, { method: "random" })).target.index);
const reference = await maps(trained);
const folder = trained.folder;
await trained.dispose();

/** What is randomised after how many steps: 0 the head, then the blocks from the last one down, then the embeddings. */
const stages = ["head", ...Array.from({ length: blocks }, (_, i) => `block ${blocks - 1 - i}`), "embeddings"];
const stageOf = (name: string): number => {
  const block = /\.layers?\.(\d+)\./.exec(name)?.[1];
  if (block !== undefined) return blocks - Number(block);
  return name.includes("embeddings") ? stages.length - 1 : 0;
};

const agreement = new Map(METHODS.map((method) => [method, [] as string[]]));
const curves = new Map(METHODS.map((method) => [method, [1]]));
for (const stage of stages.keys()) {
  const copy = await randomised(stage);
  const model = await loadModel(copy);
  const changed = await maps(model);
  await model.dispose();
  await rm(copy, { recursive: true });
  for (const method of METHODS) {
    const own = texts.map((_, i) => spearman(reference.get(method)?.[i] ?? [], changed.get(method)?.[i] ?? []));
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    curves.get(method)?.push(mean);
    const [means] = resampledMeans([Float64Array.from(own)], createRandom(`${seed} ${stage} ${method}`));
    const { low, high } = interval(means as Float64Array);
    agreement.get(method)?.push(`${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`);
  }
  process.stderr.write(`randomised down to ${stages[stage]}\n`);
}
console.log(`| method | ${stages.map((name, i) => (i === 0 ? name : `down to ${name}`)).join(" | ")} |`);
console.log(`|---|${stages.map(() => "---").join("|")}|`);
for (const [method, cells] of agreement) console.log(`| \`${method}\` | ${cells.join(" | ")} |`);
if (options.figure !== undefined) {
  const figure = lineFigure({
    title: "Agreement of explanations with those of the trained model while its weights are randomised from the top",
    steps: ["trained", ...stages],
    lines: [...curves].map(([name, values]) => ({ name, values })),
    range: [-1, 1],
    quantity: "Spearman correlation of the words' attributions with those of the trained model",
  });
  await writeFile(options.figure, figure);
}

/** Attribution of the words of every text, by method. */
async function maps(model: LoadedModel): Promise<Map<string, number[][]>> {
  const all = new Map<string, number[][]>();
  for (const method of METHODS) {
    const own: number[][] = [];
    for (const [i, text] of texts.entries()) {
      const { words } = await explain(model, text, {
        method,
        target: targets[i] as number,
        steps: Number(options.steps),
      });
      own.push(words.map(({ attribution }) => attribution));
    }
    all.set(method, own);
  }
  return all;
}

/** A copy of the model whose tensors of the first stages are shuffled. */
async function randomised(stage: number): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "calig-randomised-"));
  const bytes = await readFile(join(folder, WEIGHTS));
  const header = safetensorsHeaderLength(bytes.subarray(0, LENGTH_FIELD), bytes.length, WEIGHTS);
  const index = parseSafetensorsHeader(bytes.subarray(LENGTH_FIELD, LENGTH_FIELD + header), bytes.length, WEIGHTS);
  for (const { name, shape, offset, length } of index.tensors.values()) {
    if (stageOf(name) > stage) continue;
    const count = shape.reduce((product, size) => product * size, 1);
    const size = length / count;
    const random = createRandom(`${seed} ${name}`);
    const data = bytes.subarray(offset, offset + length);
    const original = Buffer.from(data);
    random.shuffle([...Array(count).keys()]).forEach((from, to) => {
      original.copy(data, to * size, from * size, (from + 1) * size);
    });
  }
  for (const file of await readdir(folder)) {
    if (/\.(json|txt|model)$/.test(file) && file !== "calig.json") await copyFile(join(folder, file), join(copy, file));
  }
  await writeFile(join(copy, WEIGHTS), bytes);
  return copy;
}

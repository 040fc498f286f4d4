/**
 * @file What all blocks of a language model cost, beside a loop of Captum's LayerIntegratedGradients over the same blocks:
 * processor time of one thread each, in turns, of prompts of 8, 15 and 30 tokens; then the memory that was resident at most.
 * Captum integrates from the draws that calig integrates from, with as many points as calig spent in the mean; with its
 * default of 50; and with the fewest of 8, 16, 24, 32, 48 and 64 whose sums are within 1 % in every block where calig's are.
 * docs/decoders.md has the figures.
 *
 * Run: npx tsx -C calig-source bench/decoder-cost.ts --model FILE.gguf [--python "python3"] [--blocks 0,7,14,22,29]
 * [--prompts 3]. Some ten minutes of an idle core, most of them for the last comparison; without it (--no-search) three.
 * Captum is timed at the blocks that are named, once, and their mean taken for all blocks and draws: its cost differs from
 * block to block by the way back alone. With the head at the last position alone, as calig has it; as many points also with
 * logits of all positions, as a loop has them that does not ask for less. Needs torch, transformers, gguf and captum
 * (tools/captum_decoder.py).
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { drawnIds, frequentWords } from "@calig/core/internal/modality/text/frequent-words";
import { preparePrompt } from "@calig/core/internal/modality/text/prompt/prepare";
import { explain, loadModel } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    python: { type: "string", default: "python3" },
    blocks: { type: "string", default: "0,7,14,22,29" },
    prompts: { type: "string", default: "3" },
    search: { type: "boolean", default: true },
  },
  allowNegative: true,
});
if (options.model === undefined) throw new Error("Give --model FILE.gguf");

/** Draws of the baseline that calig takes the mean over. */
const DRAWS = 2;
/** What Captum takes where nothing is said. */
const DEFAULT_POINTS = 50;
/** Numbers of points of Captum's rule that are tried. */
const POINTS = [8, 16, 24, 32, 48, 64];
/** Largest error of a sum, as a share of the difference of the scores. */
const LIMIT = 0.01;

const PROMPTS = [
  ["The capital of France is the city of", " Paris"],
  ["After the long flight from New York, the tired passengers finally landed safely in", " London"],
  [
    "Review: The plot is thin but the acting is superb, and I would watch it again, although the end is too long.\nSentiment:",
    " positive",
  ],
] as const;

const [command = "python3", ...rest] = options.python.split(" ");
const captum = spawn(command, [...rest, "tools/captum_decoder.py", options.model], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: captum.stdout })[Symbol.asyncIterator]();
const answered = async () => JSON.parse(String((await answers.next()).value));

await using model = await loadModel(options.model, { threads: 1 });
const { tokenizer } = model;
if (tokenizer === undefined) throw new Error("The model has no tokenizer");
const words = await frequentWords(tokenizer);
await answered();
const layers = options.blocks.split(",").map(Number);

interface Question {
  readonly ids: readonly number[];
  readonly baseline: readonly number[];
  readonly target: number | undefined;
  readonly layers: readonly number[];
  readonly steps: number;
  readonly whole?: boolean;
}

async function askCaptum(question: Question) {
  captum.stdin.write(`${JSON.stringify(question)}\n`);
  return (await answered()) as { readonly seconds: readonly number[]; readonly errors: readonly number[] };
}

/** The fewest points with which the sums of all blocks are within the limit, from every baseline; a block that missed it is asked first. */
async function fewestPoints(question: Omit<Question, "steps" | "baseline">, baselines: readonly (readonly number[])[]) {
  let order = [...question.layers];
  for (const steps of POINTS) {
    const missed = await firstMiss(steps);
    if (missed === undefined) return steps;
    console.log(`    ${steps} points: block ${missed.layer} is off by ${(100 * missed.error).toFixed(1)} %`);
    order = [missed.layer, ...order.filter((layer) => layer !== missed.layer)];
  }
  return undefined;

  async function firstMiss(steps: number) {
    for (const layer of order) {
      for (const baseline of baselines) {
        const [error = 0] = (await askCaptum({ ...question, baseline, layers: [layer], steps })).errors;
        if (error > LIMIT) return { layer, error };
      }
    }
    return undefined;
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
// Programs are compiled once, before.
await explain(model, { prompt: "A short one", answer: " Paris" });
for (const [prompt, answer] of PROMPTS.slice(0, Number(options.prompts))) {
  const before = process.cpuUsage();
  const { blocks, cost } = await explain(model, { prompt, answer });
  const used = process.cpuUsage(before);
  const own = (used.user + used.system) / 1e6;
  const points = sum(blocks.map(({ completeness }) => completeness.points)) / blocks.length;
  const [part] = (await preparePrompt(model, { prompt, answer })).parts;
  if (part === undefined) throw new Error("The prompt has no part");
  const { ids } = part.input.encoded;
  const baselines = Array.from({ length: DRAWS }, (_, draw) => drawnIds(words, part.input, draw));
  const question = {
    ids,
    baseline: baselines[0] as readonly number[],
    target: (await tokenizer.encodeWhole(answer)).ids.at(-1),
    layers,
  };
  console.log(
    `${ids.length} tokens, ${points.toFixed(1)} points a block: calig ${own.toFixed(1)} s (${cost.modelEvaluations.toFixed(0)} evaluations)`,
  );
  const steps = Math.max(1, Math.round(points / DRAWS));
  const time = async (points: number, whole = false) => {
    const { seconds } = await askCaptum({ ...question, steps: points, whole });
    return (sum(seconds) / seconds.length) * blocks.length;
  };
  const tell = (what: string, seconds: number) =>
    console.log(`  Captum, ${what}: ${seconds.toFixed(1)} s, ratio ${(seconds / own).toFixed(1)}`);
  tell(`${steps} points a draw, head at all positions`, DRAWS * (await time(steps, true)));
  tell(`${steps} points a draw, head at the last position`, DRAWS * (await time(steps)));
  const usual = await time(DEFAULT_POINTS);
  tell(`${DEFAULT_POINTS} points from one draw`, usual);
  tell(`${DEFAULT_POINTS} points a draw`, DRAWS * usual);
  if (!options.search) continue;
  const met = blocks.filter(({ completeness }) => completeness.converged).map(({ index }) => index);
  for (const [what, some] of [
    ["from the first draw", baselines.slice(0, 1)],
    ["a draw", baselines],
  ] as const) {
    const fewest = await fewestPoints({ ...question, layers: met }, some);
    if (fewest === undefined)
      console.log(`  Captum, ${what}: more than ${POINTS.at(-1)} points for 1 % in the ${met.length} blocks`);
    else tell(`${fewest} points ${what}, for 1 % in ${met.length} blocks`, (await time(fewest)) * some.length);
  }
}
captum.stdin.end();
console.log(`resident at most: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);

/**
 * @file What all blocks of a language model cost, beside a loop of Captum's LayerIntegratedGradients over the same blocks with
 * as many evaluations: processor time of one thread each, in turns. docs/decoders.md has the figures.
 *
 * Run: npx tsx -C calig-source bench/decoder-cost.ts --model FILE.gguf [--python "python3"] [--rounds 3] [--blocks 0,7,14,22,29]
 * Captum is timed at the blocks that are named, once, and their mean taken for all blocks and draws: its cost differs
 * from block to block by the way back alone. Needs torch, transformers, gguf and captum (tools/captum_decoder.py).
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "3" },
    blocks: { type: "string", default: "0,7,14,22,29" },
  },
});
if (options.model === undefined) throw new Error("Give --model FILE.gguf");

const PROMPTS = [
  ["The capital of France is the city of", " Paris"],
  ["He was hungry, so he went to the kitchen to make a", " sandwich"],
  ["After the long flight from New York, the tired passengers finally landed in", " London"],
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
await answered();
const layers = options.blocks.split(",").map(Number);
for (let round = 0; round < Number(options.rounds); round++) {
  const [prompt, answer] = PROMPTS[round % PROMPTS.length] as (typeof PROMPTS)[number];
  // Programs are compiled once, before.
  if (round === 0) await explain(model, { prompt: "A short one", answer });
  const before = process.cpuUsage();
  const { blocks, cost } = await explain(model, { prompt, answer });
  const used = process.cpuUsage(before);
  const own = (used.user + used.system) / 1e6;
  const points = blocks.reduce((sum, { completeness }) => sum + completeness.points, 0) / blocks.length;
  const { ids } = await tokenizer.encodeWhole(prompt);
  const target = (await tokenizer.encodeWhole(answer)).ids.at(-1);
  // Two draws with half of the points each.
  const steps = Math.max(1, Math.round(points / 2));
  const baseline = [ids[0], ...ids.slice(1).reverse()];
  captum.stdin.write(`${JSON.stringify({ ids, baseline, target, layers, steps })}\n`);
  const { seconds } = (await answered()) as { readonly seconds: readonly number[] };
  const mean = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
  const all = mean * blocks.length * 2;
  console.log(
    `${ids.length} tokens, ${points.toFixed(1)} points a block: calig ${own.toFixed(1)} s (${cost.modelEvaluations.toFixed(0)} evaluations), Captum ${all.toFixed(1)} s (${seconds.map((value) => value.toFixed(2)).join(", ")} at blocks ${layers.join(", ")}), ratio ${(all / own).toFixed(1)}`,
  );
}
captum.stdin.end();

/**
 * @file What all blocks of a language model cost, beside a loop of Captum's LayerIntegratedGradients over the same blocks with
 * as many evaluations: processor time of one thread each, in turns, of prompts of 8, 16 and 32 tokens; then the memory that
 * was resident at most. docs/decoders.md has the figures.
 *
 * Run: npx tsx -C calig-source bench/decoder-cost.ts --model FILE.gguf [--python "python3"] [--rounds 1] [--blocks 0,7,14,22,29]
 * Some two minutes of an idle core a round. Captum is timed at the blocks that are named, once, and their mean taken for all
 * blocks and draws: its cost differs from block to block by the way back alone. Once with the head at the last position
 * alone, as calig has it, once with logits of all positions, as a loop has them that does not ask for less. Needs torch,
 * transformers, gguf and captum (tools/captum_decoder.py).
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "1" },
    blocks: { type: "string", default: "0,7,14,22,29" },
  },
});
if (options.model === undefined) throw new Error("Give --model FILE.gguf");

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
await answered();
const layers = options.blocks.split(",").map(Number);
// Programs are compiled once, before.
await explain(model, { prompt: "A short one", answer: " Paris" });
for (const [prompt, answer] of Array.from({ length: Number(options.rounds) }, () => PROMPTS).flat()) {
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
  console.log(
    `${ids.length} tokens, ${points.toFixed(1)} points a block: calig ${own.toFixed(1)} s (${cost.modelEvaluations.toFixed(0)} evaluations)`,
  );
  for (const head of ["last position", "all positions"]) {
    captum.stdin.write(
      `${JSON.stringify({ ids, baseline, target, layers, steps, whole: head === "all positions" })}\n`,
    );
    const { seconds } = (await answered()) as { readonly seconds: readonly number[] };
    const all = (seconds.reduce((sum, value) => sum + value, 0) / seconds.length) * blocks.length * 2;
    const each = seconds.map((value) => value.toFixed(2)).join(", ");
    console.log(`  Captum, head at ${head}: ${all.toFixed(1)} s (${each}), ratio ${(all / own).toFixed(1)}`);
  }
}
captum.stdin.end();
console.log(`resident at most: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);

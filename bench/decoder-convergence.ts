/**
 * @file How well the blocks of a language model are integrated: 20 prompts, each with the log-probability of its answer and
 * a contrast. docs/decoders.md has the table.
 *
 * Run: npx tsx -C calig-source bench/decoder-convergence.ts --model FOLDER_OR_GGUF [--prompts 20] [--contrasts 20]
 * [--memory BYTES]. Cost, SmolLM2-135M: some 15 seconds for each explanation on two idle cores.
 */

import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    prompts: { type: "string", default: "20" },
    contrasts: { type: "string", default: "20" },
    memory: { type: "string" },
  },
});
if (options.model === undefined) throw new Error("Give --model FOLDER_OR_GGUF");

const PROMPTS: readonly (readonly [prompt: string, answer: string, against: string])[] = [
  ["The capital of France is the city of", " Paris", " London"],
  ["Water freezes at zero degrees", " Celsius", " Fahrenheit"],
  ["The opposite of hot is", " cold", " warm"],
  ["She opened the umbrella because it was", " raining", " snowing"],
  ["The sun rises in the", " east", " west"],
  ["Two plus three equals", " five", " six"],
  ["Shakespeare wrote the play called", " Hamlet", " Faust"],
  ["The largest planet in the solar system is", " Jupiter", " Saturn"],
  ["He was hungry, so he went to the kitchen to make a", " sandwich", " phone"],
  ["In the morning I like to drink a cup of", " coffee", " soup"],
  ["The movie was so boring that I fell", " asleep", " down"],
  ["My brother plays the guitar and my sister plays the", " piano", " football"],
  ["The chemical symbol for gold is", " Au", " Ag"],
  ["After the long flight from New York, the tired passengers finally landed in", " London", " Paris"],
  ["The doctor told the patient to take the medicine twice a", " day", " week"],
  ["Question: Which animal says meow?\nAnswer: The", " cat", " dog"],
  [
    "Review: The plot is thin but the acting is superb, and I would watch it again.\nSentiment:",
    " positive",
    " negative",
  ],
  ["Anna has a red car and Ben has a blue car. The car of Anna is", " red", " blue"],
  ["Translate to French: the house is small.\nTranslation:", " la maison", " the house"],
  [
    "The first president of the United States of America was a man whose name was",
    " George Washington",
    " Abraham Lincoln",
  ],
];

await using model = await loadModel(options.model);
const memory = options.memory === undefined ? {} : { memory: Number(options.memory) };
const upper = model.programs.blocks >> 1;
for (const kind of ["log-probability", "contrast"] as const) {
  const asked = PROMPTS.slice(0, Number(kind === "contrast" ? options.contrasts : options.prompts));
  const errors: { readonly block: number; readonly error: number; readonly points: number }[] = [];
  const milliseconds: number[] = [];
  const named: string[] = [];
  for (const [number, [prompt, answer, against]] of asked.entries()) {
    const input = { prompt, answer, ...(kind === "contrast" ? { against } : {}) };
    const explanation = await explain(model, input, memory);
    milliseconds.push(explanation.cost.milliseconds);
    for (const { index, completeness } of explanation.blocks) {
      errors.push({ block: index, error: completeness.relativeError, points: completeness.points });
      if (!completeness.converged)
        named.push(`prompt ${number + 1} block ${index}: ${(100 * completeness.relativeError).toFixed(1)} %`);
    }
    process.stderr.write(`\r${kind} ${number + 1}/${asked.length}`);
  }
  process.stderr.write("\n");
  const share = (of: typeof errors, limit: number) =>
    `${of.filter(({ error }) => error <= limit).length} of ${of.length}`;
  const above = errors.filter(({ block }) => block >= upper);
  const sorted = milliseconds.sort((a, b) => a - b);
  console.log(
    `${kind}: within 1 %: ${share(errors, 0.01)} blocks, of the upper half ${share(above, 0.01)}; within 5 %: ${share(errors, 0.05)}`,
  );
  console.log(
    `  points of a block, both draws: mean ${(errors.reduce((sum, { points }) => sum + points, 0) / Math.max(1, errors.length)).toFixed(1)}; seconds: median ${((sorted[sorted.length >> 1] ?? 0) / 1000).toFixed(1)}, most ${((sorted.at(-1) ?? 0) / 1000).toFixed(1)}; resident ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`,
  );
  console.log(`  not within 1 %: ${named.length === 0 ? "none" : named.join("; ")}`);
}

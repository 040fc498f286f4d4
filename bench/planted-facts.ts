/**
 * @file Prompts of five documents of which one holds the answer: which methods rank it first. docs/decoders.md has the table.
 *
 * Run: npx tsx -C calig-source bench/planted-facts.ts --model FOLDER_OR_GGUF [--prompts 100] [--layers 0,8,16,24]
 * [--tolerance 0.05] [--out FILE.json]. Cost, SmolLM2-135M, 100 prompts of about 90 tokens: some 15 minutes on two idle cores.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import { createRandom } from "@calig/core/internal/util/random";
import { explain, loadModel } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    prompts: { type: "string", default: "100" },
    layers: { type: "string", default: "0,8,16,24" },
    tolerance: { type: "string", default: "0.05" },
    seed: { type: "string", default: "0" },
    out: { type: "string" },
  },
});
if (options.model === undefined) throw new Error("Give --model FOLDER_OR_GGUF");

const NAMES =
  "Arun Bela Carlo Dina Emil Fatma Goran Hana Ivo Jana Karim Lena Milo Nora Omar Petra Rosa Sami Tara Viktor".split(
    " ",
  );
const FACTS: readonly (readonly [
  question: (name: string) => string,
  fact: (name: string, value: string) => string,
  values: string,
])[] = [
  [
    (name) => `Which colour is the car of ${name}?`,
    (name, value) => `The car of ${name} is ${value} and four years old.`,
    "red blue green black white yellow",
  ],
  [
    (name) => `Which animal does ${name} keep?`,
    (name, value) => `In the evening ${name} feeds a ${value} in the garden.`,
    "dog cat horse goat rabbit snake",
  ],
  [
    (name) => `In which city does ${name} work?`,
    (name, value) => `Every Monday ${name} takes the train to the office in ${value}.`,
    "Paris Rome Berlin Madrid London Vienna",
  ],
  [
    (name) => `Which instrument does ${name} play?`,
    (name, value) => `On stage ${name} plays the ${value} with great calm.`,
    "piano guitar drums violin flute trumpet",
  ],
  [
    (name) => `What does ${name} drink in the morning?`,
    (name, value) => `Before work ${name} has a glass of ${value}.`,
    "milk water juice tea beer wine",
  ],
];

interface Planted {
  readonly prompt: string;
  readonly parts: readonly { readonly name: string; readonly text: string }[];
  readonly answer: string;
  /** Index of the document that holds the answer. */
  readonly right: number;
}

function planted(number: number): Planted {
  const random = createRandom(`${options.seed} planted ${number}`);
  const [question, fact, words] = FACTS[number % FACTS.length] as (typeof FACTS)[number];
  const names = random.shuffle(NAMES).slice(0, 5);
  const values = random.shuffle(words.split(" ")).slice(0, 5);
  const right = random.below(5);
  const texts = names.map((name, d) => fact(name, values[d] as string));
  const parts = texts.map((text, d) => ({ name: `document ${d + 1}`, text }));
  const lines = parts.map(({ name, text }, d) => `${name.replace("d", "D")}: ${text}${d === 4 ? "\n" : ""}`);
  return {
    prompt: [...lines, `Question: ${question(names[right] as string)}`, "Answer in one word:"].join("\n"),
    parts,
    answer: ` ${values[right]}`,
    right,
  };
}

await using model = await loadModel(options.model);
const layers = options.layers.split(",").map(Number);
const count = Number(options.prompts);

/** Values of the documents by method. */
type Ranking = Record<string, readonly number[]>;
const rankings: { readonly right: number; readonly known: boolean; readonly values: Ranking }[] = [];
const started = performance.now();
for (let number = 0; number < count; number++) {
  const { prompt, parts, answer, right } = planted(number);
  const input = { prompt, parts, answer };
  const own = ({ parts: sums = [] }: Pick<TextExplanation, "parts">) =>
    sums.slice(0, 5).map(({ attribution }) => attribution);
  const of = async (method: string) => own(await explain(model, input, { method }));
  const blocks = await explain(model, input, { layers, tolerance: Number(options.tolerance) });
  const values: Ranking = { "ca-lig": own(blocks) };
  const { features } = blocks;
  const spans = parts.map(({ text }) => [prompt.indexOf(text), prompt.indexOf(text) + text.length] as const);
  for (const block of blocks.blocks) {
    values[`block ${block.index}`] = spans.map(([start, end]) =>
      features.reduce(
        (sum, one, t) =>
          one.start >= start && one.end <= end && !one.special ? sum + (block.relevance[t] as number) : sum,
        0,
      ),
    );
  }
  values["mean of blocks"] = parts.map((_, d) =>
    blocks.blocks.reduce((sum, { index }) => sum + (values[`block ${index}`]?.[d] ?? 0), 0),
  );
  values["gradient-x-input"] = await of("gradient-x-input");
  values["attention-rollout"] = await of("attention-rollout");
  values["gradient-rollout"] = await of("gradient-rollout");
  const score = blocks.target.score;
  const without: number[] = [];
  for (const { text } of parts) {
    const rest = { prompt: prompt.replace(text, ""), answer };
    without.push(score - (await explain(model, rest, { method: "random" })).target.score);
  }
  values["leave-one-part-out"] = without;
  const random = createRandom(`random ${number}`);
  values.random = parts.map(() => random.next());
  const known = (blocks.target.probability ?? 0) > 0.1;
  rankings.push({ right, known, values });
  process.stderr.write(`\r${number + 1}/${count}, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  if (options.out !== undefined) writeFileSync(options.out, JSON.stringify(rankings));
}
process.stderr.write("\n");

console.log(
  `${options.model}: ${count} prompts, layers ${options.layers}, tolerance ${options.tolerance}; the model gives the answer more than 10 % in ${rankings.filter(({ known }) => known).length}`,
);
console.log("| method | right document first | 95 % interval (Wilson) | NDCG |\n|---|---|---|---|");
for (const method of Object.keys(rankings[0]?.values ?? {})) {
  const places = rankings.map(({ right, values }) => {
    const own = values[method] as readonly number[];
    return own.filter((value, d) => d !== right && value >= (own[right] as number)).length;
  });
  const first = places.filter((place) => place === 0).length;
  const [low, high] = wilson(first, places.length);
  const ndcg = places.reduce((sum, place) => sum + 1 / Math.log2(place + 2), 0) / places.length;
  console.log(
    `| ${method} | ${first} of ${places.length} | ${low.toFixed(2)} to ${high.toFixed(2)} | ${ndcg.toFixed(3)} |`,
  );
}

/** Interval of a proportion (Wilson 1927). */
function wilson(hits: number, n: number): readonly [low: number, high: number] {
  const z = 1.96;
  const p = hits / n;
  const middle = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  return [middle - half, middle + half];
}

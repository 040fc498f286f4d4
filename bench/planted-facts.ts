/**
 * @file Prompts of five documents of which one holds the answer, in a form that the model answers: which methods rank it
 * first. docs/decoders.md has the table. Rows are kept as they come, so that a run goes on where it stopped.
 *
 * Run: npx tsx -C calig-source bench/planted-facts.ts --model FOLDER_OR_GGUF --out FILE.jsonl [--prompts 100] [--set heldout]
 * [--layers 8] [--tolerance 0.1] [--threads 1]. Cost, SmolLM2-135M, prompts of about 57 tokens: 6 seconds of one core each.
 */

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import { createRandom } from "@calig/core/internal/util/random";
import { explain, loadModel } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    prompts: { type: "string", default: "100" },
    layers: { type: "string", default: "8" },
    tolerance: { type: "string", default: "0.1" },
    set: { type: "string", default: "heldout" },
    threads: { type: "string", default: "1" },
    out: { type: "string" },
  },
});
if (options.model === undefined || options.out === undefined)
  throw new Error("Give --model FOLDER_OR_GGUF, --out FILE");

const DOCUMENTS = 5;
const NAMES =
  "Arun Bela Carlo Dina Emil Fatma Goran Hana Ivo Jana Karim Lena Milo Nora Omar Petra Rosa Sami Tara Viktor".split(
    " ",
  );

/** A kind of fact: how it is asked for, how an answer begins, and what may be true. */
type Fact = readonly [question: (name: string) => string, stem: (name: string) => string, values: string];
const FACTS: readonly Fact[] = [
  [
    (name) => `Which colour is the car of ${name}?`,
    (name) => `The car of ${name} is`,
    "red blue green black white yellow",
  ],
  [(name) => `Which animal does ${name} keep?`, (name) => `${name} has a`, "dog cat horse goat rabbit snake"],
  [
    (name) => `In which city does ${name} work?`,
    (name) => `${name} works in`,
    "Paris Rome Berlin Madrid London Vienna",
  ],
  [
    (name) => `Which instrument does ${name} play?`,
    (name) => `${name} plays the`,
    "piano guitar drums violin flute trumpet",
  ],
  [(name) => `What does ${name} drink in the morning?`, (name) => `${name} drinks`, "milk water juice tea beer wine"],
];

/** Five facts of five kinds about five people, and the question for one of them as a turn of a chat. */
function planted(number: number) {
  const random = createRandom(`${options.set} planted ${number}`);
  const names = random.shuffle(NAMES).slice(0, DOCUMENTS);
  const kinds = random.shuffle(FACTS);
  const right = random.below(DOCUMENTS);
  const values = kinds.map(([, , words]) => random.shuffle(words.split(" "))[0] as string);
  const documents = kinds.map(([, stem], d) => `${stem(names[d] as string)} ${values[d]}.`);
  const [question, stem] = kinds[right] as Fact;
  const name = names[right] as string;
  const promptOf = (texts: readonly string[]) =>
    `<|im_start|>user\n${texts.join("\n")}\n\n${question(name)}<|im_end|>\n<|im_start|>assistant\n${stem(name)}`;
  return {
    prompt: promptOf(documents),
    answer: ` ${values[right]}`,
    parts: documents.map((text, d) => ({ name: `document ${d + 1}`, text })),
    without: documents.map((_, d) => promptOf(documents.filter((_, other) => other !== d))),
    right,
  };
}

/** What is kept of a prompt: values of the documents by method. */
interface Row {
  readonly k: number;
  readonly right: number;
  /** Probability of the answer. */
  readonly p: number;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

const rows: Row[] = existsSync(options.out)
  ? readFileSync(options.out, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Row)
  : [];
const count = Number(options.prompts);
await using model = await loadModel(options.model, { threads: Number(options.threads) });
for (let k = rows.length; k < count; k++) {
  const { prompt, answer, parts, without, right } = planted(k);
  const input = { prompt, answer, parts };
  const own = ({ parts: sums = [] }: Pick<TextExplanation, "parts">) =>
    sums.slice(0, DOCUMENTS).map(({ attribution }) => attribution);
  const asked = { layers: options.layers.split(",").map(Number), tolerance: Number(options.tolerance) };
  const map = await explain(model, input, asked);
  const values: Record<string, readonly number[]> = { "ca-lig": own(map) };
  for (const { index, relevance } of map.blocks) {
    values[`block ${index}`] = parts.map(({ text }) => {
      const start = prompt.indexOf(text);
      const isIn = (one: (typeof map.features)[number]) =>
        !one.special && one.start >= start && one.start < start + text.length;
      return map.features.reduce((sum, one, t) => (isIn(one) ? sum + (relevance[t] as number) : sum), 0);
    });
  }
  for (const method of ["gradient-x-input", "attention-rollout", "gradient-rollout"]) {
    values[method] = own(await explain(model, input, { method }));
  }
  const lost: number[] = [];
  for (const rest of without) {
    const { target } = await explain(model, { prompt: rest, answer }, { method: "random" });
    lost.push(map.target.score - target.score);
  }
  values["leave-one-part-out"] = lost;
  const random = createRandom(`random ${options.set} ${k}`);
  values.random = parts.map(() => random.next());
  const row: Row = { k, right, p: map.target.probability ?? 0, values };
  rows.push(row);
  appendFileSync(options.out, `${JSON.stringify(row)}\n`);
  process.stderr.write(`\r${rows.length}/${count}`);
}
process.stderr.write("\n");

const sorted = rows.map(({ p }) => p).sort((a, b) => a - b);
console.log(
  `${options.model}: ${rows.length} prompts, set ${options.set}, layers ${options.layers}, tolerance ${options.tolerance}; probability of the answer: median ${(sorted[sorted.length >> 1] ?? 0).toFixed(2)}, least ${(sorted[0] ?? 0).toFixed(2)}`,
);
console.log("| method | right document first | 95 % interval (Wilson) | NDCG |\n|---|---|---|---|");
for (const method of Object.keys(rows[0]?.values ?? {})) {
  const places = rows.map(({ right, values }) => {
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

/**
 * @file How faithful maps of similarity are: the words of one sentence of a pair are masked in the order of the map, strongest
 * first and weakest first, and what that leaves of the similarity with the other one is averaged over the steps.
 *
 * The unit is the cosine. "deletion" is the mean similarity while the strongest go (lower is better), "insertion" the mean
 * while the strongest come back first (higher is better); "gap" is their difference. Pairs are sentences of the file that
 * stand next to each other in an order drawn with a seed: random pairs, as they occur in retrieval.
 *
 * Run: npx tsx -C calig-source bench/similarity.ts --model FOLDER --data FILE.tsv [--limit 100]
 */

import { parseArgs } from "node:util";
import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { embeddingOf } from "@calig/core/internal/attribution/similarity";
import { prepareText, textBatchFeeds } from "@calig/core/internal/modality/text/prepare";
import { createRandom } from "@calig/core/internal/util/random";
import { explain, loadModel } from "@calig/node";
import { evenlySpreadSentences } from "./sentences.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "" },
    data: { type: "string", default: "" },
    limit: { type: "string", default: "100" },
    seed: { type: "string", default: "0" },
  },
});

const METHODS: Readonly<Record<string, ExplainOptions>> = {
  "ca-lig": {},
  "ca-lig, blocks": { effort: "blocks" },
  "integrated-gradients": { method: "integrated-gradients" },
  "gradient x input": { method: "gradient-x-input" },
  "leave one out": { method: "occlusion" },
  random: { method: "random" },
};

const model = await loadModel(values.model);
const random = createRandom(Number(values.seed));
const sentences = (await evenlySpreadSentences(values.data, Number(values.limit) + 1))
  .map((text) => ({ text, key: random.next() }))
  .sort((a, b) => a.key - b.key)
  .map(({ text }) => text);
const mask = model.tokenizer?.specialTokens.mask?.id as number;

/** [method][pair] */
const gaps = new Map(Object.keys(METHODS).map((name) => [name, [] as { deletion: number; insertion: number }[]]));

for (const [i, text] of sentences.slice(0, -1).entries()) {
  const other = sentences[i + 1] as string;
  const vector = await embeddingOf(model, { text: other });
  const { whole } = await prepareText(model, { text });
  for (const [name, options] of Object.entries(METHODS)) {
    const explanation = (await explain(model, { text, with: other }, options)) as TextExplanation;
    const order = [...explanation.words.keys()].sort(
      (a, b) => (explanation.words[b]?.attribution ?? 0) - (explanation.words[a]?.attribution ?? 0),
    );
    const steps = Array.from({ length: order.length + 1 }, (_, k) => k);
    const without = (gone: ReadonlySet<number>) =>
      whole.ids.map((id, t) => (gone.has(whole.features[t]?.word ?? -1) ? mask : id));
    const rows = [
      ...steps.map((k) => without(new Set(order.slice(0, k)))),
      ...steps.map((k) => without(new Set(order.slice(k)))),
    ];
    const { logits } = await model.programs.forward(textBatchFeeds(model, rows, whole));
    const width = vector.length;
    const similarities = rows.map((_, r) => cosine(logits.data.subarray(r * width, (r + 1) * width), vector));
    const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    gaps.get(name)?.push({
      deletion: mean(similarities.slice(0, steps.length)),
      insertion: mean(similarities.slice(steps.length)),
    });
  }
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, one, two] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    product += x * y;
    one += x * x;
    two += y * y;
  }
  return product / Math.sqrt(one * two);
}

/** The interval of the mean, by a bootstrap over pairs. */
function interval(list: readonly number[]): string {
  const means = Array.from({ length: 2000 }, () => {
    let sum = 0;
    for (let i = 0; i < list.length; i++) sum += list[Math.floor(random.next() * list.length)] as number;
    return sum / list.length;
  }).sort((a, b) => a - b);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return `${mean.toFixed(4)} [${(means[49] as number).toFixed(4)}, ${(means[1949] as number).toFixed(4)}]`;
}

const ours = gaps.get("ca-lig") ?? [];
console.log("| method | deletion | insertion | gap | ca-lig minus this |\n|---|---|---|---|---|");
for (const [name, list] of gaps) {
  const gap = list.map(({ deletion, insertion }) => insertion - deletion);
  const ahead = ours.map((own, i) => own.insertion - own.deletion - (gap[i] as number));
  const row = [list.map((l) => l.deletion), list.map((l) => l.insertion), gap, ahead].map(interval);
  console.log(`| ${name} | ${row.join(" | ")} |`);
}
await model.dispose();

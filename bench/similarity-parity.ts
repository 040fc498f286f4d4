/**
 * @file Similarities of real embedding models, as calig and as sentence-transformers compute them: the largest difference over
 * the pairs that tools/compare_similarity.py wrote, which exits with 1 above 1e-4.
 *
 * Run: npx tsx -C calig-source bench/similarity-parity.ts --model FOLDER --reference FILE.json
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";

const { values } = parseArgs({
  options: { model: { type: "string", default: "" }, reference: { type: "string", default: "" } },
});

interface Pair {
  readonly texts: readonly [string, string];
  readonly prompts: readonly [string, string] | null;
  readonly similarity: number;
}

const pairs = JSON.parse(readFileSync(values.reference, "utf8")) as readonly Pair[];
const model = await loadModel(values.model);
let largest = 0;
for (const { texts, prompts, similarity } of pairs) {
  const [text, other] = texts;
  const named = prompts === null ? {} : { textPrompt: prompts[0], withPrompt: prompts[1] };
  const { target } = await explain(model, { text, with: other, ...named }, { method: "random" });
  largest = Math.max(largest, Math.abs(target.score - similarity));
}
console.log(`${pairs.length} pairs, largest difference ${largest.toExponential(1)}`);
await model.dispose();
if (largest > 1e-4) process.exitCode = 1;

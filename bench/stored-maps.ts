/**
 * @file Faithfulness of maps that something else has made, beside methods of calig: what the anchors of docs/faithfulness.md
 * are measured by.
 *
 * A line of the maps has the `ids` of an input's tokens as the model reads them, and a number for each, `relevance`
 * (tools/attnlrp_maps.py). Inputs of the data set that have no map are left out. Words are ranked by the sum over their
 * tokens, as those of all methods are.
 *
 * Run: npm run bench:stored-maps -- --maps FILE --data FILE [--model sst2] [--limit 100] [--methods ca-lig,...]
 *   [--replacements mask,random-words] [--draws 2] [--least-words 1] [--most-words 60] [--out FILE]
 * Prints a table of means and paired differences; with --out every input's numbers, one a line.
 */

import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { AttributionMethod } from "@calig/core/internal/attribution/method";
import { InputError } from "@calig/core/internal/errors";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import type { NamedMethod } from "@calig/core/internal/evaluation/named-methods";
import { createRandom } from "@calig/core/internal/util/random";
import { loadModel, readDataset } from "@calig/node";

const { values: options } = parseArgs({
  options: {
    maps: { type: "string" },
    data: { type: "string" },
    model: { type: "string", default: "sst2" },
    limit: { type: "string", default: "100" },
    methods: { type: "string", default: "ca-lig" },
    replacements: { type: "string", default: "mask,random-words" },
    draws: { type: "string", default: "2" },
    "least-words": { type: "string", default: "1" },
    "most-words": { type: "string", default: "60" },
    out: { type: "string" },
  },
});
const { maps: file, data } = options;
if (file === undefined || data === undefined) throw new Error("Give --maps FILE and --data FILE");

const known = new Map<string, readonly number[]>();
for await (const line of createInterface({ input: createReadStream(file) })) {
  const { ids, relevance } = JSON.parse(line) as { ids: readonly number[]; relevance: readonly number[] };
  known.set(ids.join(), relevance);
}

/** The map of the input with these ids, as a method. */
const stored: AttributionMethod = {
  name: "stored",
  title: "Stored maps",
  summary: "maps from a file",
  signed: true,
  classSpecific: true,
  run: async ({ input }) => {
    const ids = Array.from(input.feeds.input_ids?.data ?? [], Number);
    const attribution = known.get(ids.join());
    if (attribution === undefined) throw new InputError(`No map is stored of the tokens ${ids.join()}`);
    return { attribution, blocks: [], completeness: null, options: {}, modelEvaluations: 0, warnings: [] };
  },
};

await using model = await loadModel(options.model);
const dataset = await readDataset(data, {});
const [least, most] = [Number(options["least-words"]), Number(options["most-words"])];
const fits = ({ input }: (typeof dataset.items)[number]) => {
  const words = "text" in input ? String(input.text).trim().split(/\s+/).length : 0;
  return words >= least && words <= most;
};
// The order of the tables in docs/faithfulness.md.
const items = createRandom("0 six").shuffle(dataset.items.filter(fits)).slice(0, Number(options.limit));
const namedMethods: NamedMethod[] = [
  { name: "stored", options: { method: stored } },
  ...options.methods
    .split(",")
    .filter(Boolean)
    .map((method) => ({ name: method, options: { method } })),
];
const replacement = options.replacements.split(",");
const evaluation = await evaluate(
  model,
  { ...dataset, items },
  {
    namedMethods,
    pool: dataset,
    metrics: [metricByName("faithfulness")],
    replacement,
    curveSteps: 16,
    draws: Number(options.draws),
    onProgress: (done) => process.stderr.write(`\r${(100 * done).toFixed(0)} %  `),
  },
);
const { inputs, results, comparisons } = evaluation;
if (options.out !== undefined) {
  const lines = inputs.map(({ line, measurements }) => JSON.stringify({ line, m: measurements }));
  await writeFile(options.out, `${lines.join("\n")}\n`);
}
const three = (value: number) => value.toFixed(3);
console.log(`\n${inputs.length} inputs\n\n| figure | method | mean | stored ahead by |\n|---|---|---|---|`);
for (const { figure, method, value } of results) {
  const pair = comparisons.find((one) => one.figure === figure && one.method === "stored" && one.other === method);
  const ahead = pair === undefined ? "" : `${three(pair.difference)} [${three(pair.low)}, ${three(pair.high)}]`;
  console.log(`| ${figure} | ${method} | ${three(value)} | ${ahead} |`);
}

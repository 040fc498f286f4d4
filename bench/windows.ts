/**
 * @file Texts in windows: does the map name the tokens that the whole text's score goes by?
 *
 * Two ways to join the maps of the windows are compared by deletion and insertion of tokens (mask token) in all windows
 * that read them: adding up what all windows say, each times its share of the score, and taking each token from the
 * window in which it lies most central.
 *
 * Run: npx tsx bench/windows.ts --model FOLDER --data FILE [--limit 20] [--steps 8] [--curve-steps 20]
 * Prints the figures of docs/multilingual.md.
 */

import { parseArgs } from "node:util";
import { attribute } from "../src/attribution/attribute.ts";
import { onlyPart } from "../src/attribution/join-parts.ts";
import { type PreparedWhole, prepareText, textBatchFeeds } from "../src/attribution/text-input.ts";
import { curveArea, stepSizes } from "../src/evaluation/metrics/curve.ts";
import { interval, resampledMeans } from "../src/evaluation/statistics/bootstrap.ts";
import { ranked } from "../src/evaluation/units.ts";
import { type LoadedModel, loadModel, readDataset } from "../src/node.ts";
import { probabilities } from "../src/program/score.ts";
import { createRandom } from "../src/util/random.ts";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    limit: { type: "string", default: "20" },
    steps: { type: "string", default: "8" },
    "curve-steps": { type: "string", default: "20" },
  },
});
if (options.model === undefined || options.data === undefined) throw new Error("Give --model FOLDER and --data FILE");

interface Measured {
  readonly deletion: number;
  readonly insertion: number;
}

/** Probability of `target` in the whole text, for each set of tokens that the mask token replaces. */
async function probabilitiesWithout(
  model: LoadedModel,
  { parts }: PreparedWhole,
  removed: readonly ReadonlySet<number>[],
  target: number,
): Promise<number[]> {
  const mask = model.tokenizer?.specialTokens.mask?.id;
  if (mask === undefined) throw new Error("The tokenizer has no mask token");
  const classes = model.labels.length;
  const logits = removed.map(() => new Float32Array(classes));
  for (const { input, positions, share } of parts) {
    const { ids, typeIds } = input.encoded;
    for (const [v, tokens] of removed.entries()) {
      const row = ids.map((id, index) => (tokens.has(positions[index] as number) ? mask : id));
      const { data } = await model.programs.logits(textBatchFeeds(model, [row], typeIds));
      const sum = logits[v] as Float32Array;
      for (let c = 0; c < classes; c++) (sum[c] as number) += share * (data[c] as number);
    }
  }
  return logits.map((row) => probabilities(row, model.activation)[target] as number);
}

async function measured(model: LoadedModel, text: PreparedWhole): Promise<Record<string, Measured> | undefined> {
  const { whole, parts } = text;
  if (parts.length < 2) return undefined;
  const fixed = { method: "ca-lig", steps: Number(options.steps), tolerance: 1 } as const;
  const { target } = await attribute(model, parts, whole.units.length, { method: "random" });
  const added = new Float64Array(whole.units.length);
  const central = new Float64Array(whole.units.length);
  for (const { input, positions, owned, share } of parts) {
    const own = await attribute(model, [onlyPart(input)], input.units.length, { ...fixed, target: target.index });
    own.attribution.forEach((value, index) => {
      const position = positions[index] as number;
      (added[position] as number) += share * value;
      if (owned[index] === 1 || input.units[index]?.special) (central[position] as number) += share * value;
    });
  }
  const tokens = [...whole.units.keys()].filter((position) => !whole.units[position]?.special);
  const sizes = stepSizes(tokens.length, Number(options["curve-steps"]));
  const judge = async (map: Float64Array): Promise<Measured> => {
    const order = ranked(tokens.map((position) => map[position] as number)).map((unit) => tokens[unit] as number);
    const without = sizes.map((size) => new Set(order.slice(0, size)));
    const only = sizes.map((size) => new Set(order.slice(size)));
    return {
      deletion: curveArea(await probabilitiesWithout(model, text, without, target.index)),
      insertion: curveArea(await probabilitiesWithout(model, text, only, target.index)),
    };
  };
  return { added: await judge(added), "most central": await judge(central) };
}

await using model = await loadModel(options.model);
const { items } = await readDataset(options.data, {});
const rows: Record<string, Measured>[] = [];
for (const { input } of createRandom("windows").shuffle([...items])) {
  if (!("text" in input)) throw new Error("Give a data set of texts");
  const row = await measured(model, await prepareText(model, input));
  if (row !== undefined) rows.push(row);
  process.stderr.write(`\r${rows.length} of ${options.limit} `);
  if (rows.length === Number(options.limit)) break;
}
const faithfulness = ({ insertion, deletion }: Measured) => insertion - deletion;
const mean = (name: string, of: (one: Measured) => number) =>
  rows.reduce((sum, row) => sum + of(row[name] as Measured), 0) / rows.length;
console.log(`\n${rows.length} texts\n\n| windows | deletion | insertion | faithfulness |\n|---|---|---|---|`);
for (const name of ["added", "most central"]) {
  const cells = [(one: Measured) => one.deletion, (one: Measured) => one.insertion, faithfulness].map((of) =>
    mean(name, of).toFixed(3),
  );
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
const gains = Float64Array.from(
  rows,
  (row) => faithfulness(row.added as Measured) - faithfulness(row["most central"] as Measured),
);
const [resampled] = resampledMeans([gains], createRandom("windows gain"));
const { low, high } = interval(resampled as Float64Array);
const gain = gains.reduce((sum, value) => sum + value, 0) / gains.length;
console.log(`\nGain of adding: ${gain.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`);

/**
 * @file Texts in windows: does the map name the tokens that the whole text's score goes by?
 *
 * Two ways to join the maps of the windows are compared by deletion and insertion of tokens (mask token) in all windows
 * that read them: adding up what all windows say, each times its share of the score, and taking each token from the
 * window in which it lies most central.
 *
 * Run: npx tsx -C calig-source bench/windows.ts --model FOLDER --data FILE [--limit 20] [--steps 8] [--curve-steps 20]
 * Prints the figures of docs/multilingual.md.
 */

import { parseArgs } from "node:util";
import { attribute } from "@calig/core/internal/attribution/attribute";
import { onlyPart } from "@calig/core/internal/attribution/prepared-input";
import { createProbe } from "@calig/core/internal/attribution/probe";
import { openReplacement, replacementOf } from "@calig/core/internal/attribution/replacement";
import { resolveRun } from "@calig/core/internal/attribution/resolve-run";
import { featureAttribution } from "@calig/core/internal/evaluation/features";
import { curveArea, deletionCurve, insertionCurve } from "@calig/core/internal/evaluation/metrics/curve";
import { interval, resampledMeans } from "@calig/core/internal/evaluation/statistics/bootstrap";
import { textFeatures } from "@calig/core/internal/modality/text/features";
import { prepareText, type WholeText } from "@calig/core/internal/modality/text/prepare";
import { createRandom } from "@calig/core/internal/util/random";
import { type LoadedModel, loadModel, readDataset } from "@calig/node";

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

async function measured(model: LoadedModel, text: WholeText): Promise<Record<string, Measured> | undefined> {
  const { whole, parts } = text;
  if (parts.length < 2) return undefined;
  const fixed = { method: "ca-lig", steps: Number(options.steps), tolerance: 1 } as const;
  const { target } = await attribute(model, parts, whole.features.length, resolveRun(model, { method: "random" }));
  const added = new Float64Array(whole.features.length);
  const central = new Float64Array(whole.features.length);
  for (const { input, positions, owned, share } of parts) {
    const own = await attribute(
      model,
      [onlyPart(input)],
      input.features.length,
      resolveRun(model, { ...fixed, target: target.index }),
    );
    own.attribution.forEach((value, index) => {
      const position = positions[index] as number;
      (added[position] as number) += share * value;
      if (owned[index] === 1 || input.features[index]?.special) (central[position] as number) += share * value;
    });
  }
  const features = textFeatures(whole, "token");
  const replacement = await openReplacement(model, replacementOf(model, "mask"), {
    whole: text,
    features,
    featureKind: "token",
    seed: 0,
    own: {},
  });
  const probe = createProbe(model, replacement, { kind: "logit", activation: model.activation, target: target.index });
  const judge = async (map: Float64Array): Promise<Measured> => {
    const attribution = featureAttribution(features, [...map]);
    const subject = { attribution, probe, curveSteps: Number(options["curve-steps"]) };
    return {
      deletion: curveArea(await deletionCurve(subject)),
      insertion: curveArea(await insertionCurve(subject)),
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

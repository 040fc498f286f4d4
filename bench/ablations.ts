/**
 * @file Which of CA-LIG's parts earn its faithfulness: fusion, layer weights, baseline, score, quadrature, one at a time.
 *
 * Every row changes one thing of the defaults; rows are compared with the defaults on the same inputs (paired bootstrap).
 * Use data that is not used to report results: what is chosen here looks better here than it is.
 *
 * Run: npm run bench:ablations -- --data FILE_OR_FOLDER [--model sst2] [--limit 50] [--tolerance 0.01] [--replacements mask,pad]
 * Prints the tables of docs/ablations.md. Cost: one sweep per input, baseline and score; all else is perturbation.
 */

import { parseArgs } from "node:util";
import type { ScoreKind } from "@calig/core/internal/attribution/explanation";
import {
  type BaselineName,
  type ExplainOptions,
  IMAGE_BASELINES,
  SCORE_KINDS,
  TEXT_BASELINES,
} from "@calig/core/internal/attribution/options";
import { keyword } from "@calig/core/internal/errors";
import { evaluate, sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import type { NamedMethod } from "@calig/core/internal/evaluation/named-methods";
import { tuningGrid } from "@calig/core/internal/evaluation/tune";
import { REPLACEMENTS } from "@calig/core/internal/modality/modalities";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { loadModel, readDataset } from "@calig/node";
import { gainTable } from "./gain-table.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string", default: "sst2" },
    limit: { type: "string", default: "50" },
    tolerance: { type: "string", default: "0.01" },
    replacements: { type: "string", default: "mask,pad" },
    "curve-steps": { type: "string", default: "16" },
  },
});
if (options.data === undefined) throw new Error("Give --data FILE_OR_FOLDER");
await using model = await loadModel(options.model);
const dataset = sampleDataset(await readDataset(options.data, {}), Number(options.limit), 0);
const tolerance = Number(options.tolerance);
const TOKENS = ["mask", "pad", "unk"] as const;
const usable = (name: BaselineName): boolean => {
  const token = TOKENS.find((one) => one === name);
  return token === undefined || model.tokenizer?.specialTokens[token] !== undefined;
};
const image = streamOf(model.anatomy).kind === "image";
const names: readonly BaselineName[] = image ? IMAGE_BASELINES : TEXT_BASELINES;
const baselines = names.filter(usable);
const propagated = baselines.filter((name) => name !== "zero");

/** One change of the defaults each. */
const variants: Readonly<Record<string, ExplainOptions>> = {
  defaults: {},
  ...Object.fromEntries(
    tuningGrid(model.facts.blocks)
      .filter(({ fusion, weights }) => fusion === "transport" || weights === "uniform")
      .map(({ name, fusion, lambda, layerWeights }) => [name, { fusion, lambda, layerWeights }]),
  ),
  ...Object.fromEntries(baselines.map((baseline) => [`baseline ${baseline}`, { baseline }])),
  "baselines averaged, all but zero": { baseline: propagated },
  ...Object.fromEntries(
    Array.from({ length: model.facts.blocks }, (_, block) => [
      `block ${block} alone`,
      {
        fusion: "additive",
        lambda: 1,
        layerWeights: Array.from({ length: model.facts.blocks }, (_, l) => (l === block ? 1 : 0)),
      },
    ]),
  ),
  "five times the tolerance": { tolerance: 5 * tolerance },
  "a fifth of the tolerance": { tolerance: tolerance / 5 },
  "Gauss-Legendre, bisected": { quadrature: "gauss-legendre" },
  "random points": { quadrature: "stochastic" },
  "8 Gauss-Legendre points": { steps: 8 },
  "8 midpoints": { steps: 8, quadrature: "riemann-mid" },
};
const namedMethods = Object.entries(variants).map(
  ([name, own]): NamedMethod => ({ name, options: { method: "ca-lig", tolerance, ...own } }),
);
const metrics = ["deletion", "insertion", "faithfulness"].map(metricByName);
for (const replacement of options.replacements.split(",")) {
  for (const score of SCORE_KINDS as readonly ScoreKind[]) {
    // Scores other than the default one are compared by their defaults alone.
    const own = score === "logit" ? namedMethods : namedMethods.slice(0, 1);
    const evaluation = await evaluate(model, dataset, {
      namedMethods: own,
      metrics,
      score,
      replacement: keyword("replacement", replacement, REPLACEMENTS),
      curveSteps: Number(options["curve-steps"]),
      onProgress: (done) => process.stderr.write(`\r${replacement}, ${score}: ${(100 * done).toFixed(0)} %  `),
    });
    console.log(`\n## Removed features become ${replacement}, score ${score}, ${evaluation.dataset.measured} inputs\n`);
    console.log(
      gainTable(
        evaluation,
        own.map(({ name }) => name),
        "defaults",
      ),
    );
  }
}

/**
 * @file Fusions that were tried beside those of METHOD 4: how the evidence of blocks may be moved, scaled and added.
 *
 * All of them work on the same integrals, so that a row costs perturbation alone. Compared with uniform weights
 * on the same inputs (paired bootstrap). Use data that is not used to report results.
 *
 * Run: npm run bench:fusions -- --data FILE_OR_FOLDER [--model sst2] [--limit 50] [--tolerance 0.01] [--replacements mask,pad]
 *   [--only "^(late half|median of the blocks)$"]: fusions whose name matches this expression, and uniform weights
 * Prints tables of docs/ablations.md.
 */

import { parseArgs } from "node:util";
import { addUp, headMean } from "@calig/core/internal/attribution/attention-flow";
import { checkedLayers, layerIntegrals } from "@calig/core/internal/attribution/integral/layer-integrals";
import type { AttributionMethod, MethodContext } from "@calig/core/internal/attribution/method";
import { METHODS } from "@calig/core/internal/attribution/methods";
import { CA_LIG_OPTIONS } from "@calig/core/internal/attribution/options";
import { readoutShares } from "@calig/core/internal/attribution/readout";
import { keyword } from "@calig/core/internal/errors";
import { evaluate, sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import type { NamedMethod } from "@calig/core/internal/evaluation/named-methods";
import { REPLACEMENTS } from "@calig/core/internal/modality/modalities";
import type { FloatTensor } from "@calig/core/internal/tensor/tensor";
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
    only: { type: "string" },
  },
});
if (options.data === undefined) throw new Error("Give --data FILE_OR_FOLDER");

/** What a fusion may use: r_l, and A and dF/dA of every block, by head. */
interface Evidence {
  readonly relevance: readonly (readonly number[])[];
  readonly attention: readonly FloatTensor[];
  readonly gradients: readonly FloatTensor[];
  readonly context: MethodContext;
  /** Of what the head reads [positions]. */
  readonly shares: Float64Array;
}
type Fuse = (evidence: Evidence) => number[];

/** K [queries, positions], never below 0, of one block. */
type Kernel = (attention: FloatTensor, gradient: FloatTensor) => ReturnType<typeof headMean>;
const positiveMean: Kernel = (attention, gradient) => {
  const map = headMean(attention, (element, i) => element * (gradient.data[i] as number));
  return { ...map, data: map.data.map((value) => Math.max(0, value)) };
};
const meanOfPositive: Kernel = (attention, gradient) =>
  headMean(attention, (element, i) => Math.max(0, element * (gradient.data[i] as number)));
const magnitude: Kernel = (attention, gradient) =>
  headMean(attention, (element, i) => Math.abs(element * (gradient.data[i] as number)));
const attentionAlone: Kernel = (attention) => headMean(attention);

/** P_l^T r_l with E = (1 - share) I + share rownorm(K): the attention branch weighs `share` whatever the size of K. */
const transported =
  (kernel: Kernel, share: number): Fuse =>
  ({ relevance, attention, gradients }) => {
    const maps = attention.map((map, l) => kernel(map, gradients[l] as FloatTensor));
    const moved = relevance.map((r, l) => {
      let carried = Float64Array.from(r);
      for (let k = l - 1; k >= 0; k--) {
        const { data, queries, positions } = maps[k] as (typeof maps)[number];
        const next = new Float64Array(positions);
        for (let i = 0; i < positions; i++) {
          const value = carried[i] as number;
          const row = i < queries ? data.subarray(i * positions, (i + 1) * positions) : undefined;
          const total = row?.reduce((sum, weight) => sum + weight, 0) ?? 0;
          const own = total > 0 ? 1 - share : 1;
          (next[i] as number) += own * value;
          if (row === undefined || total === 0) continue;
          for (let j = 0; j < positions; j++) (next[j] as number) += (share * value * (row[j] as number)) / total;
        }
        carried = next;
      }
      return Array.from(carried);
    });
    return weighted(moved, () => 1);
  };

const norm = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

/** Sum over the blocks of weight times map. */
function weighted(maps: readonly (readonly number[])[], weight: (map: readonly number[], block: number) => number) {
  const weights = maps.map(weight);
  return (maps[0] as readonly number[]).map((_, t) =>
    maps.reduce((sum, map, l) => sum + (weights[l] as number) * (map[t] as number), 0),
  );
}

/** Where the evidence enters the head, by attention gradients rolled out from the first block (Chefer et al. 2021). */
function rollout({ attention, gradients, shares }: Evidence): number[] {
  const maps = attention.map((map, l) => meanOfPositive(map, gradients[l] as FloatTensor));
  return Array.from(addUp(maps, shares));
}

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const FUSE: Readonly<Record<string, Fuse>> = {
  "mean of the blocks": ({ relevance }) => weighted(relevance, () => 1),
  "blocks of equal magnitude": ({ relevance }) => weighted(relevance, (r) => 1 / Math.max(norm(r), 1e-12)),
  "middle blocks more": ({ relevance }) =>
    weighted(relevance, (_, l) => Math.sin((Math.PI * (l + 0.5)) / relevance.length)),
  "early half": ({ relevance }) => weighted(relevance, (_, l) => (2 * l < relevance.length ? 1 : 0)),
  "late half": ({ relevance }) => weighted(relevance, (_, l) => (2 * l < relevance.length ? 0 : 1)),
  "median of the blocks": ({ relevance }) =>
    (relevance[0] as readonly number[]).map((_, t) => {
      const values = relevance.map((r) => r[t] as number).sort((a, b) => a - b);
      const half = values.length >> 1;
      return ((values[half] as number) + (values[(values.length - 1) >> 1] as number)) / 2;
    }),
  ...Object.fromEntries(
    [0.1, 0.3, 0.5].flatMap((share) => [
      [`transport, positive mean, share ${share}`, transported(positiveMean, share)],
      [`transport, mean of positive heads, share ${share}`, transported(meanOfPositive, share)],
    ]),
  ),
  "transport, magnitudes, share 0.3": transported(magnitude, 0.3),
  "transport, attention alone, share 0.3": transported(attentionAlone, 0.3),
  "gated by gradient rollout": (evidence) => {
    const roll = rollout(evidence);
    const most = Math.max(largest(roll), 1e-12);
    return weighted(evidence.relevance, () => 1).map((value, t) => value * (1 + (roll[t] as number) / most));
  },
  "mean plus half of gradient rollout": (evidence) => {
    const roll = rollout(evidence);
    const mean = weighted(evidence.relevance, () => 1);
    const special = evidence.context.input.features.map((feature) => feature.special === true);
    const size = (values: readonly number[]) => norm(values.filter((_, t) => special[t] !== true));
    const scale = size(mean) / Math.max(size(roll), 1e-12);
    return mean.map((value, t) => value + 0.5 * scale * (roll[t] as number));
  },
};

const experiments = Object.entries(FUSE).map(
  ([name, fuse]): AttributionMethod<typeof CA_LIG_OPTIONS> => ({
    name,
    summary: name,
    signed: true,
    classSpecific: true,
    options: CA_LIG_OPTIONS,
    async run(context) {
      const layers = checkedLayers(undefined, context.model.programs.blocks);
      const integrals = await layerIntegrals(context, layers);
      const { model, input, forward, score } = context;
      const request = () =>
        model.programs.attentionGradients({
          hiddenState: forward.hiddenStates[0] as FloatTensor,
          feeds: input.feeds,
          score,
        });
      const done = await context.shared?.onceFor("attention by head", [], request);
      const { probabilities, gradients } = done?.result ?? (await request());
      const relevance = integrals.blocks.map((block) => block.relevance);
      const { shares } = await readoutShares(context, gradients.at(-1));
      const attribution = fuse({ relevance, attention: probabilities, gradients, context, shares });
      return { attribution, blocks: [], completeness: null, options: {}, modelEvaluations: 0, warnings: [] };
    },
  }),
);
// Evaluations find methods by name; these exist only here.
(METHODS as AttributionMethod[]).push(...experiments);

await using model = await loadModel(options.model);
const dataset = sampleDataset(await readDataset(options.data, {}), Number(options.limit), 0);
const tolerance = Number(options.tolerance);
const averaged =
  streamOf(model.anatomy).kind === "image" ? (["blur", "mean", "noise"] as const) : (["mask", "pad", "mean"] as const);
const REFERENCE = "transport, uniform";
const uniform = { method: "ca-lig", layerWeights: "uniform", tolerance } as const;
const all: NamedMethod[] = [
  { name: REFERENCE, options: uniform },
  { name: `baselines ${averaged.join(", ")} averaged`, options: { ...uniform, baseline: averaged } },
  ...experiments.map(({ name }) => ({ name, options: { method: name, tolerance } })),
  ...["blocks of equal magnitude", "late half", "median of the blocks"].map((name) => ({
    name: `${name}, baselines averaged`,
    options: { method: name, tolerance, baseline: averaged },
  })),
];
const only = new RegExp(options.only ?? "");
const namedMethods = all.filter(({ name }) => name === REFERENCE || only.test(name));
for (const replacement of options.replacements.split(",")) {
  const evaluation = await evaluate(model, dataset, {
    namedMethods,
    metrics: ["deletion", "insertion", "faithfulness"].map(metricByName),
    replacement: keyword("replacement", replacement, REPLACEMENTS),
    curveSteps: Number(options["curve-steps"]),
    onProgress: (done) => process.stderr.write(`\r${replacement}: ${(100 * done).toFixed(0)} %  `),
  });
  console.log(
    `\n### ${options.model}, removed features become ${replacement}, ${evaluation.dataset.measured} inputs\n`,
  );
  console.log(
    gainTable(
      evaluation,
      namedMethods.map(({ name }) => name),
      REFERENCE,
    ),
  );
}

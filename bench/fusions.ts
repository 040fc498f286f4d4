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
import { baselineStates, chosenBaselines } from "@calig/core/internal/attribution/baseline/baseline";
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
import type { AttentionGradients } from "@calig/core/internal/program/model-programs";
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
  /** The same at the baseline. */
  readonly atBaseline: () => Promise<Pick<AttentionGradients, "probabilities" | "gradients">>;
  readonly context: MethodContext;
  /** Of what the head reads [positions]. */
  readonly shares: Float64Array;
}
type Fuse = (evidence: Evidence) => number[] | Promise<number[]>;

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

/** Whether each position is a special one: a class token, a separator. */
const specialsIn = ({ context }: Evidence): readonly boolean[] => context.input.features.map(({ special }) => special);

/**
 * Evidence of special positions alone carried to the positions that they read from: the rows of the others stay. `whole`: all
 * of it, in the first block that they read in on the way down; otherwise as transport does, rownorm(I + K).
 */
const specialsCarried =
  (kernel: Kernel, whole: boolean, weight: (map: readonly number[]) => number): Fuse =>
  (evidence) => {
    const { relevance, attention, gradients } = evidence;
    const special = specialsIn(evidence);
    const maps = attention.map((map, l) => kernel(map, gradients[l] as FloatTensor));
    const moved = relevance.map((r, l) => {
      let carried = Array.from(r);
      for (let k = l - 1; k >= 0; k--) {
        const { data, queries, positions } = maps[k] as (typeof maps)[number];
        const next = [...carried];
        special.forEach((isSpecial, i) => {
          if (!isSpecial || i >= queries) return;
          const row = Array.from(data.subarray(i * positions, (i + 1) * positions), (m, j) =>
            whole && special[j] ? 0 : m,
          );
          const total = row.reduce((sum, m) => sum + m, whole ? 0 : 1);
          if (total <= 0) return;
          const value = carried[i] as number;
          (next[i] as number) -= value * (whole ? 1 : 1 - 1 / total);
          row.forEach((m, j) => {
            (next[j] as number) += (value * m) / total;
          });
        });
        carried = next;
      }
      return carried;
    });
    return weighted(moved, weight);
  };

/**
 * A ledger of what special positions read: at block l each other position is given the value that flowed from it to special
 * positions in the blocks below, A dF/dA at the input (less that at the baseline), and these keep the rest of the sum.
 */
const ledger =
  (lessBaseline: boolean, weight: (map: readonly number[]) => number, scale = 1): Fuse =>
  async (evidence) => {
    const { relevance, attention, gradients, atBaseline } = evidence;
    const special = specialsIn(evidence);
    const before = lessBaseline ? await atBaseline() : undefined;
    const flows = attention.map((map, k) => {
      const at = readBy(special, map, gradients[k] as FloatTensor);
      if (before === undefined) return at;
      const less = readBy(special, before.probabilities[k] as FloatTensor, before.gradients[k] as FloatTensor);
      return at.map((value, j) => value - (less[j] as number));
    });
    const count = special.filter(Boolean).length;
    const moved = relevance.map((r, l) => {
      const map = [...r];
      let given = 0;
      for (let k = 0; k < l; k++) {
        (flows[k] as readonly number[]).forEach((flow, j) => {
          if (special[j]) return;
          (map[j] as number) += scale * flow;
          given += scale * flow;
        });
      }
      return map.map((value, j) => (special[j] ? value - given / count : value));
    });
    return weighted(moved, weight);
  };

/** Sum over heads and special queries of A dF/dA [positions]. */
function readBy(special: readonly boolean[], attention: FloatTensor, gradient: FloatTensor): number[] {
  const [, heads = 1] = attention.shape;
  const { data, queries, positions } = headMean(attention, (element, i) => element * (gradient.data[i] as number));
  const flow = new Array<number>(positions).fill(0);
  special.forEach((isSpecial, i) => {
    if (!isSpecial || i >= queries) return;
    for (let j = 0; j < positions; j++) (flow[j] as number) += heads * (data[i * positions + j] as number);
  });
  return flow;
}

const evenly = () => 1;
const balanced = (map: readonly number[]) => 1 / Math.max(norm(map), 1e-12);

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
  ...Object.fromEntries(
    (
      [
        ["even", evenly],
        ["balanced", balanced],
      ] as const
    ).flatMap(([name, weight]) => [
      [`special tokens carried as transport does, ${name}`, specialsCarried(positiveMean, false, weight)],
      [`special tokens carried, all of it, ${name}`, specialsCarried(positiveMean, true, weight)],
      [`ledger of special tokens at the input, ${name}`, ledger(false, weight)],
      [`ledger of special tokens less the baseline, ${name}`, ledger(true, weight)],
      [`half a ledger of special tokens less the baseline, ${name}`, ledger(true, weight, 0.5)],
    ]),
  ),
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
      const atBaseline = async () => {
        const [baseline] = chosenBaselines(context.options);
        const { hiddenStates } = await baselineStates(model, input, baseline, context.options.seed);
        return model.programs.attentionGradients({
          hiddenState: hiddenStates[0] as FloatTensor,
          feeds: input.feeds,
          score,
        });
      };
      const attribution = await fuse({ relevance, attention: probabilities, gradients, atBaseline, context, shares });
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
  { name: "transport, balanced", options: { ...uniform, layerWeights: "balanced" } },
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

/** @file Beyond Intuition (Chen et al. 2023, "Rethinking Token Attributions inside Transformers"), with head-wise perception. */

import { onlyOptions } from "../../options/option.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { streamOf } from "../../transformer/anatomy.ts";
import { type AttentionMap, addUp } from "../attention-flow.ts";
import { attentionGradientsAtInput } from "../attention-gradients.ts";
import { baselineStates, chosenBaselines, type UsedBaseline } from "../baseline/baseline.ts";
import { sweepMemory } from "../integral/run-size.ts";
import type { AttributionMethod, MethodContext } from "../method.ts";
import { BLOCK_OPTIONS, INTEGRAL_OPTIONS } from "../options.ts";
import { readoutShares } from "../readout.ts";

/** The options that it takes. */
const OPTIONS = { ...onlyOptions(INTEGRAL_OPTIONS, ["baseline"]), ...BLOCK_OPTIONS };

/** Points of the path, both ends included, as in the authors' code. */
const POINTS = 20;
/** Block that the perception of pictures starts at, as in the authors' code; that of texts is the last one's alone. */
const FIRST_OF_PICTURES = 3;

/**
 * Token perception times reasoning feedback, of the positions i that the head reads:
 *
 *     sum_i c_i P[i, j] W[i, j],   P = I, then P <- P + (sum_h I_h A_lh) P,   I_h ~ mean |A_lh^T dF/dA_lh|, sum_h I_h = 1,
 *     W = mean_h max(0, mean over the path of dF/dA of the last block).
 *
 * The path is the straight line from the baseline's first hidden state to the input's (the authors': from zero embeddings);
 * several baselines: the mean of their paths. Without sign.
 *
 * Cost: one pass forward and back for each of 20 points. The importance of heads takes positions^3 operations per head.
 */
export const beyondIntuition: AttributionMethod<typeof OPTIONS> = {
  name: "beyond-intuition",
  title: "Beyond Intuition",
  summary:
    "perception by attention of important heads times the gradient of the last attention on a path (Chen et al. 2023)",
  signed: false,
  classSpecific: true,
  onRequest: true,
  options: OPTIONS,
  async run(context) {
    const { model, options, input } = context;
    const { probabilities, gradients } = await attentionGradientsAtInput(context);
    const last = gradients.at(-1) as FloatTensor;
    const { shares } = await readoutShares(context, last);
    const layers = options.layers ?? perceiving(context);
    const perception = layers.map((l) => weighted(probabilities[l] as FloatTensor, gradients[l] as FloatTensor));
    const used: UsedBaseline[] = [];
    for (const baseline of chosenBaselines(options)) {
      used.push(await baselineStates(model, input, baseline, options.seed));
    }
    const feedback = await pathMean(context, used, last);
    const attribution = new Array<number>(shares.length).fill(0);
    for (const [i, share] of shares.entries()) {
      if (share === 0) continue;
      const row = addUp(
        perception,
        shares.map((_, t) => (t === i ? 1 : 0)),
      );
      row.forEach((perceived, j) => {
        (attribution[j] as number) += share * perceived * (feedback.data[i * feedback.positions + j] as number);
      });
    }
    return {
      attribution,
      blocks: [],
      completeness: null,
      options: {
        layers,
        baseline: used.length === 1 ? used[0]?.spelled : used.map(({ spelled }) => spelled),
      },
      modelEvaluations: used.reduce((sum, { passes }) => sum + passes + 2 * (POINTS - 1), 2),
      warnings: used.flatMap(({ warnings }) => warnings),
    };
  },
};

/** Blocks whose attention is followed where none are named. */
function perceiving({ model: { anatomy, programs } }: Pick<MethodContext, "model">): readonly number[] {
  const first = streamOf(anatomy).patches === undefined ? programs.blocks - 1 : FIRST_OF_PICTURES;
  const start = Math.min(first, programs.blocks - 1);
  return Array.from({ length: programs.blocks - start }, (_, l) => start + l);
}

/** The mean of a block's attention over heads, each by its importance. */
function weighted({ data, shape }: FloatTensor, gradient: FloatTensor): AttentionMap {
  const [, heads = 0, queries = 0, positions = 0] = shape;
  const size = queries * positions;
  const importance = Array.from({ length: heads }, (_, h) =>
    largeness(data.subarray(h * size, (h + 1) * size), gradient.data.subarray(h * size, (h + 1) * size), positions),
  );
  const all = importance.reduce((sum, value) => sum + value, 0);
  const map = new Float64Array(size);
  importance.forEach((own, h) => {
    const share = all === 0 ? 1 / heads : own / all;
    for (let i = 0; i < size; i++) (map[i] as number) += share * (data[h * size + i] as number);
  });
  return { data: map, queries, positions };
}

/** Sum of |A^T G|, of maps [queries, positions]. Rows without a gradient add nothing. */
function largeness(attention: Float32Array, gradient: Float32Array, positions: number): number {
  const product = new Float64Array(positions * positions);
  for (let start = 0; start < attention.length; start += positions) {
    const row = gradient.subarray(start, start + positions);
    if (row.every((value) => value === 0)) continue;
    for (let j = 0; j < positions; j++) {
      const share = attention[start + j] as number;
      for (let k = 0; k < positions; k++) (product[j * positions + k] as number) += share * (row[k] as number);
    }
  }
  return product.reduce((sum, value) => sum + Math.abs(value), 0);
}

/** W: the gradients of the last attention, their mean over the path where that is above 0, and the mean over the heads. */
async function pathMean(
  context: MethodContext,
  used: readonly UsedBaseline[],
  atInput: FloatTensor,
): Promise<AttentionMap> {
  const [, heads = 0, queries = 0, positions = 0] = atInput.shape;
  const size = heads * queries * positions;
  const mean = Float64Array.from(atInput.data, (value) => value / POINTS);
  let done = 0;
  for (const { hiddenStates } of used) {
    for await (const gradient of alongPath(context, hiddenStates[0] as FloatTensor)) {
      for (const [i, value] of gradient.data.entries()) (mean[i % size] as number) += value / (POINTS * used.length);
      done += gradient.shape[0] as number;
      context.onProgress(done / (used.length * (POINTS - 1)));
    }
  }
  const map = new Float64Array(queries * positions);
  for (let i = 0; i < size; i++) (map[i % map.length] as number) += Math.max(0, mean[i] as number) / heads;
  return { data: map, queries, positions };
}

/** dF/dA of the last block at the points of a path but its end, in batches [rows, heads, queries, keys]. */
async function* alongPath(context: MethodContext, baseline: FloatTensor): AsyncGenerator<FloatTensor> {
  const { model, input, forward, score, options } = context;
  const hidden = forward.hiddenStates[0] as FloatTensor;
  const [, positions = 0, width = 0] = hidden.shape;
  const rows = Math.max(1, sweepMemory(model, positions, options).points);
  for (let start = 0; start < POINTS - 1; start += rows) {
    options.signal?.throwIfAborted();
    const count = Math.min(rows, POINTS - 1 - start);
    const states = new Float32Array(count * hidden.data.length);
    for (let row = 0; row < count; row++) {
      const alpha = (start + row) / (POINTS - 1);
      for (const [i, value] of hidden.data.entries()) {
        const from = baseline.data[i] as number;
        states[row * hidden.data.length + i] = from + alpha * (value - from);
      }
    }
    const hiddenState = floatTensor(states, [count, positions, width]);
    const { gradients } = await model.programs.attentionGradients({ hiddenState, feeds: input.feeds, score });
    yield gradients.at(-1) as FloatTensor;
  }
}

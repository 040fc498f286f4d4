/** @file Occlusion (Zeiler & Fergus 2014; leave-one-out, Li et al. 2016): what the score loses when a feature is replaced. */

import { onlyOptions } from "../../options/option.ts";
import { evaluateScore, logitsRow } from "../../program/score.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { baselineStates, chosenBaselines, type UsedBaseline } from "../baseline/baseline.ts";
import { measureCompleteness } from "../completeness.ts";
import { forwardRows } from "../integral/run-size.ts";
import type { AttributionMethod, MethodContext } from "../method.ts";
import { INTEGRAL_OPTIONS } from "../options.ts";

/** The options that it takes. */
const OPTIONS = onlyOptions(INTEGRAL_OPTIONS, ["baseline"]);

/**
 * F(x) - F(x with feature t replaced by that of the baseline), for every feature that may be replaced; 0 for special features.
 *
 * The vector that enters the first block depends on its own feature only, so the feature is replaced there: by the vector that
 * the baseline input has at its place. Completeness compares the sum with what the score loses when all are replaced at
 * once; it is off by what features do together.
 */
export const occlusion: AttributionMethod<typeof OPTIONS> = {
  name: "occlusion",
  summary: "loss of the score when a feature is replaced by the baseline (Zeiler & Fergus 2014)",
  signed: true,
  classSpecific: true,
  options: OPTIONS,
  async run(context) {
    const { model, input, options, scoreAtInput } = context;
    const baselines = chosenBaselines(options);
    const features = [...input.replaceable.keys()].filter((t) => input.replaceable[t] === 1);
    const variants = [...features.map((t) => [t]), features];
    const used: UsedBaseline[] = [];
    const mean = new Float64Array(variants.length);
    for (const [b, baseline] of baselines.entries()) {
      const states = await baselineStates(model, input, baseline, options.seed);
      used.push(states);
      const onProgress = (done: number) => context.onProgress((b + done) / baselines.length);
      const scores = await scoresWithout({ ...context, onProgress }, states.hiddenStates[0] as FloatTensor, variants);
      scores.forEach((score, i) => {
        (mean[i] as number) += score / baselines.length;
      });
    }
    const attribution = input.features.map(() => 0);
    features.forEach((t, i) => {
      attribution[t] = scoreAtInput - (mean[i] as number);
    });
    return {
      attribution,
      blocks: [],
      completeness: measureCompleteness(attribution, scoreAtInput, mean.at(-1) as number),
      options: { baseline: used.length === 1 ? used[0]?.spelled : used.map(({ spelled }) => spelled) },
      modelEvaluations: used.reduce((sum, { passes }) => sum + variants.length + passes, 0),
      warnings: used.flatMap(({ warnings }) => warnings),
    };
  },
};

/** F of the input with the features of each variant replaced by those of `baseline` [1, positions, width]. */
async function scoresWithout(
  { model, input, forward, score, options, onProgress }: MethodContext,
  baseline: FloatTensor,
  variants: readonly (readonly number[])[],
): Promise<number[]> {
  const hidden = forward.hiddenStates[0] as FloatTensor;
  const [, positions = 0, width = 0] = hidden.shape;
  const size = positions * width;
  const rowsPerRun = forwardRows(model, positions, options);
  const scores: number[] = [];
  while (scores.length < variants.length) {
    options.signal?.throwIfAborted();
    const run = variants.slice(scores.length, scores.length + rowsPerRun);
    const states = new Float32Array(run.length * size);
    for (const [row, replaced] of run.entries()) {
      states.set(hidden.data, row * size);
      for (const t of replaced) states.set(baseline.data.subarray(t * width, (t + 1) * width), row * size + t * width);
    }
    const hiddenState = floatTensor(states, [run.length, positions, width]);
    const logits = await model.programs.logitsFrom({ block: 0, hiddenState, feeds: input.feeds });
    const perRow = logits.data.length / run.length;
    for (const row of run.keys()) {
      const own = floatTensor(logits.data.subarray(row * perRow, (row + 1) * perRow), [1, ...logits.shape.slice(1)]);
      scores.push(evaluateScore(score, logitsRow(own, score.position)));
    }
    onProgress(scores.length / variants.length);
  }
  return scores;
}

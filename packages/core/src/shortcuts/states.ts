/** @file Hidden states of the features of inputs, block by block: the mean over the positions of each. */

import type { ExplainableModel, PreparedWhole } from "../attribution/explainable-model.ts";
import type { EvaluationFeature } from "../attribution/perturbable.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * States entering each block [blocks][features][width]. Features that a part is not responsible for are read from the part
 * that is. Cost: a forward pass for each part.
 */
export async function featureStates(
  { programs }: Pick<ExplainableModel, "programs">,
  { whole, features }: { readonly whole: PreparedWhole; readonly features: readonly EvaluationFeature[] },
): Promise<readonly (readonly Float32Array[])[]> {
  const { width, blocks } = programs;
  const sums = Array.from({ length: blocks }, () => features.map(() => new Float32Array(width)));
  const counts = features.map(() => 0);
  const featureAt = new Map(features.flatMap(({ positions }, feature) => positions.map((p) => [p, feature] as const)));
  for (const { input, positions, owned } of whole.parts) {
    const { hiddenStates } = await programs.forward(input.feeds);
    positions.forEach((position, t) => {
      const feature = featureAt.get(position);
      if (feature === undefined || owned[t] !== 1) return;
      (counts[feature] as number)++;
      for (let l = 0; l < blocks; l++) {
        const { data } = hiddenStates[l] as FloatTensor;
        const sum = sums[l]?.[feature] as Float32Array;
        for (let d = 0; d < width; d++) (sum[d] as number) += data[t * width + d] as number;
      }
    });
  }
  for (const own of sums) {
    own.forEach((sum, feature) => {
      const count = Math.max(1, counts[feature] as number);
      for (let d = 0; d < width; d++) (sum[d] as number) /= count;
    });
  }
  return sums;
}

/** @file Which attention heads carry the evidence: attention times its gradient, head by head, at the input. METHOD 3. */

import type { FloatTensor } from "../tensor/tensor.ts";
import { attentionGradientsAtInput } from "./attention-gradients.ts";
import type { MethodContext } from "./method.ts";

/** Evidence of every head of one block [heads][positions]. */
export type HeadEvidence = readonly (readonly number[])[];

/**
 * c_lh[j] = sum_i A_lh[i, j] dF/dA_lh[i, j]: the evidence that leaves position j through head h of block l. The mean over
 * the heads of a block is its attention evidence.
 *
 * @returns One entry per block of the model. Cost: one pass forward and back.
 */
export async function headEvidence(context: MethodContext): Promise<readonly HeadEvidence[]> {
  const { probabilities, gradients } = await attentionGradientsAtInput(context);
  return probabilities.map((attention, l) => columnSums(attention, gradients[l] as FloatTensor));
}

/** Sums over the queries of the elementwise product of maps [1, heads, queries, positions]. */
function columnSums({ data, shape }: FloatTensor, gradient: FloatTensor): number[][] {
  const [, heads = 0, queries = 0, positions = 0] = shape;
  return Array.from({ length: heads }, (_, h) => {
    const sums = new Array<number>(positions).fill(0);
    for (let i = 0; i < queries; i++) {
      const row = (h * queries + i) * positions;
      for (let j = 0; j < positions; j++) {
        (sums[j] as number) += (data[row + j] as number) * (gradient.data[row + j] as number);
      }
    }
    return sums;
  });
}

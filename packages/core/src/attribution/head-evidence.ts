/** @file Which attention heads carry the evidence, and between which positions: attention times its gradient, at the input. METHOD 3. */

import type { FloatTensor } from "../tensor/tensor.ts";
import { attentionGradientsAtInput } from "./attention-gradients.ts";
import type { AttentionLink, BlockExplanation } from "./explanation.ts";
import type { MethodContext } from "./method.ts";

/** What is told of the heads of one block. */
export type HeadEvidence = Required<Pick<BlockExplanation, "heads" | "links">>;

/** Links of a head that are told: all of them would be the square of the positions. */
export const MOST_LINKS = 12;
const DIGITS = 5;

/**
 * c_lh[j] = sum_i A_lh[i, j] dF/dA_lh[i, j]: the evidence that leaves position j through head h of block l. The mean over
 * the heads of a block is its attention evidence. The terms of that sum with the largest magnitude are the head's links.
 *
 * @returns One entry per block of the model. Cost: one pass forward and back.
 */
export async function headEvidence(context: MethodContext): Promise<readonly HeadEvidence[]> {
  const { probabilities, gradients } = await attentionGradientsAtInput(context);
  return probabilities.map((attention, l) => {
    const gradient = gradients[l] as FloatTensor;
    return { heads: columnSums(attention, gradient), links: strongestLinks(attention, gradient) };
  });
}

/** The links of each head with the largest products, of maps [1, heads, queries, positions]. */
function strongestLinks({ data, shape }: FloatTensor, gradient: FloatTensor): AttentionLink[][] {
  const [, heads = 0, queries = 0, positions = 0] = shape;
  const size = queries * positions;
  const rounded = (value: number) => Number(value.toPrecision(DIGITS));
  return Array.from({ length: heads }, (_, h) => {
    const product = (place: number) => (data[h * size + place] as number) * (gradient.data[h * size + place] as number);
    const places = Array.from({ length: size }, (_unused, place) => ({ place, evidence: product(place) }));
    return places
      .filter(({ evidence }) => evidence !== 0)
      .sort((a, b) => Math.abs(b.evidence) - Math.abs(a.evidence) || a.place - b.place)
      .slice(0, MOST_LINKS)
      .map(({ place, evidence }) => ({
        from: Math.floor(place / positions),
        to: place % positions,
        attention: rounded(data[h * size + place] as number),
        evidence: rounded(evidence),
      }));
  });
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

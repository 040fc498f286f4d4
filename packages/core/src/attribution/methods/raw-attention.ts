/** @file The attention of one block as it is. */

import type { FloatTensor } from "../../tensor/tensor.ts";
import { headMean, through } from "../attention-flow.ts";
import type { AttributionMethod } from "../method.ts";
import { oneBlock } from "../one-block.ts";
import { BLOCK_OPTIONS } from "../options.ts";
import { readoutShares } from "../readout.ts";

/**
 * mean_h A_l[h, i, t] for the position i that the head reads, or averaged over those it reads; l is the last block unless
 * another one is given.
 */
export const rawAttention: AttributionMethod<typeof BLOCK_OPTIONS> = {
  name: "raw-attention",
  summary: "attention of the last block, mean over heads, from what the head reads",
  signed: false,
  classSpecific: false,
  options: BLOCK_OPTIONS,
  async run(context) {
    const { input, forward } = context;
    const { programs } = context.model;
    const block = oneBlock(context, "raw-attention", programs.blocks - 1);
    const hiddenState = forward.hiddenStates[block] as FloatTensor;
    const [attention] = await programs.attention({ block, last: block, hiddenState, feeds: input.feeds });
    const { shares, modelEvaluations } = await readoutShares(context);
    return {
      attribution: Array.from(through(shares, headMean(attention as FloatTensor))),
      blocks: [],
      completeness: null,
      options: { layers: [block] },
      modelEvaluations: 1 / programs.blocks + modelEvaluations,
      warnings: [],
    };
  },
};

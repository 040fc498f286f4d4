/** @file Attention rollout (Abnar & Zuidema 2020): how much of each input feature attention mixes into what the head reads. */

import type { FloatTensor } from "../../tensor/tensor.ts";
import { headMean, rollOut } from "../attention-flow.ts";
import type { AttributionMethod } from "../method.ts";
import { readoutShares } from "../readout.ts";

/**
 * Row of the product of A'_{L-1} ... A'_0, A' = 0.5 mean_h A + 0.5 I, that the head reads; its values sum to 1. Rows of A
 * sum to 1, so those of A' do without being divided.
 */
export const attentionRollout: AttributionMethod = {
  name: "attention-rollout",
  summary: "attention and residual connections multiplied over the blocks (Abnar & Zuidema 2020)",
  signed: false,
  classSpecific: false,
  async run(context) {
    const { model, input, forward } = context;
    const { blocks } = model.programs;
    const hiddenState = forward.hiddenStates[0] as FloatTensor;
    const maps = await model.programs.attention({ block: 0, last: blocks - 1, hiddenState, feeds: input.feeds });
    const { shares, modelEvaluations } = await readoutShares(context);
    return {
      attribution: Array.from(
        rollOut(
          maps.map((map) => headMean(map)),
          shares,
        ),
      ),
      blocks: [],
      completeness: null,
      options: {},
      modelEvaluations: 1 + modelEvaluations,
      warnings: [],
    };
  },
};

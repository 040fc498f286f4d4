/** @file Gradient-weighted attention rollout (Chefer et al. 2021, "Generic Attention-model Explainability", eq. 5 and 6). */

import type { FloatTensor } from "../../tensor/tensor.ts";
import { addUp, headMean } from "../attention-flow.ts";
import { attentionGradientsAtInput } from "../attention-gradients.ts";
import type { AttributionMethod } from "../method.ts";
import { readoutShares } from "../readout.ts";

/**
 * Row of R that the head reads: R = I, then R <- R + mean_h max(dF/dA * A, 0) R in every block from the first to the last.
 * The position that is read has the 1 of the identity besides.
 */
export const gradientRollout: AttributionMethod = {
  name: "gradient-rollout",
  summary: "attention weighted by its positive gradients, added up over the blocks (Chefer et al. 2021)",
  signed: false,
  classSpecific: true,
  async run(context) {
    const { probabilities, gradients } = await attentionGradientsAtInput(context);
    const { shares } = await readoutShares(context, gradients.at(-1));
    const supporting = probabilities.map((attention, l) => {
      const { data } = gradients[l] as FloatTensor;
      return headMean(attention, (a, i) => Math.max(0, a * (data[i] as number)));
    });
    return {
      attribution: Array.from(addUp(supporting, shares)),
      blocks: [],
      completeness: null,
      options: {},
      modelEvaluations: 2,
      warnings: [],
    };
  },
};

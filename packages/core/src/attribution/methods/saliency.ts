/** @file Saliency (Simonyan et al. 2014): how steeply the score changes with the vector of a feature. */

import { dot, gradientAtInput, overWidth } from "../hidden-gradient.ts";
import type { AttributionMethod } from "../method.ts";
import { oneBlock } from "../one-block.ts";
import { BLOCK_OPTIONS } from "../options.ts";

/** ||dF/dH_0[t]||_2 of every feature t; of the hidden state entering another block where one is given. */
export const saliency: AttributionMethod<typeof BLOCK_OPTIONS> = {
  name: "saliency",
  summary: "length of the gradient at each feature's embedding (Simonyan et al. 2014)",
  signed: false,
  classSpecific: true,
  options: BLOCK_OPTIONS,
  async run(context) {
    const block = oneBlock(context, "saliency", 0);
    const { gradient, modelEvaluations } = await gradientAtInput(context, block);
    return {
      attribution: overWidth(gradient, (row) => Math.sqrt(dot(row, row))),
      blocks: [],
      completeness: null,
      options: { layers: [block] },
      modelEvaluations,
      warnings: [],
    };
  },
};

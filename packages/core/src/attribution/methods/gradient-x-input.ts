/** @file Gradient x input (Shrikumar et al. 2016): what the score would lose, to first order, without the vector of a feature. */

import type { FloatTensor } from "../../tensor/tensor.ts";
import { dot, gradientAtInput, overWidth } from "../hidden-gradient.ts";
import type { AttributionMethod } from "../method.ts";
import { oneBlock } from "../one-block.ts";
import { BLOCK_OPTIONS } from "../options.ts";

/** sum_d H_0[t,d] dF/dH_0[t,d] of every feature t; of the hidden state entering another block where one is given. */
export const gradientXInput: AttributionMethod<typeof BLOCK_OPTIONS> = {
  name: "gradient-x-input",
  title: "Gradient × input",
  summary: "gradient times embedding of each feature (Shrikumar et al. 2016)",
  signed: true,
  classSpecific: true,
  options: BLOCK_OPTIONS,
  async run(context) {
    const block = oneBlock(context, "gradient-x-input", 0);
    const { hiddenState, gradient, modelEvaluations } = await gradientAtInput(context, block);
    return {
      attribution: overWidth(gradient, (row, t) => dot(row, rowOf(hiddenState, t))),
      blocks: [],
      completeness: null,
      options: { layers: [block] },
      modelEvaluations,
      warnings: [],
    };
  },
};

const rowOf = ({ data, shape }: FloatTensor, position: number): Float32Array => {
  const width = shape[2] as number;
  return data.subarray(position * width, (position + 1) * width);
};

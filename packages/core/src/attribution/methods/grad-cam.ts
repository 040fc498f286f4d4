/** @file Grad-CAM (Selvaraju et al. 2017, eq. 1 and 2) with the hidden state entering a block as the feature map. */

import type { FloatTensor } from "../../tensor/tensor.ts";
import { dot, gradientAtInput, overWidth } from "../hidden-gradient.ts";
import type { AttributionMethod } from "../method.ts";
import { oneBlock } from "../one-block.ts";
import { BLOCK_OPTIONS } from "../options.ts";

/**
 * max(sum_d w_d H[t,d], 0) with w_d = mean over the features of dF/dH[t,d]; the last block unless another one is given. Its
 * output would not do: the head reads the class token of it, so that all other gradients are 0. Special features are no
 * places of the map: they take no part in the mean and have 0.
 */
export const gradCam: AttributionMethod<typeof BLOCK_OPTIONS> = {
  name: "grad-cam",
  title: "Grad-CAM",
  summary: "hidden state entering the last block, weighted by its mean gradient (Selvaraju et al. 2017)",
  signed: false,
  classSpecific: true,
  options: BLOCK_OPTIONS,
  async run(context) {
    const block = oneBlock(context, "grad-cam", context.model.programs.blocks - 1);
    const { hiddenState, gradient, modelEvaluations } = await gradientAtInput(context, block);
    const isPlace = context.input.features.map(({ special }) => !special);
    const weights = meanOver(isPlace, gradient);
    return {
      attribution: overWidth(hiddenState, (row, t) => (isPlace[t] === true ? Math.max(0, dot(row, weights)) : 0)),
      blocks: [],
      completeness: null,
      options: { layers: [block] },
      modelEvaluations,
      warnings: [],
    };
  },
};

/** Mean over the chosen positions [width]. */
function meanOver(chosen: readonly boolean[], { data, shape }: FloatTensor): Float32Array {
  const width = shape[2] as number;
  const count = chosen.filter(Boolean).length;
  const sums = new Float64Array(width);
  for (const [t, isChosen] of chosen.entries()) {
    if (isChosen) for (let d = 0; d < width; d++) (sums[d] as number) += data[t * width + d] as number;
  }
  return Float32Array.from(sums, (sum) => sum / count);
}

/**
 * @file SmoothGrad (Smilkov et al. 2017): the gradient averaged over noisy copies of the input. A method from outside.
 *
 * calig explain "A gripping film" --plugin examples/extend/smooth-grad.ts --method smooth-grad
 */

import {
  type AttributionMethod,
  defineMethod,
  dot,
  type FloatTensor,
  floatTensor,
  gradientAtInput,
  type NoiseOptions,
  noisyContexts,
  overWidth,
} from "calig/extend";

/**
 * || mean over noisy copies of dF/dH_0[t] ||_2 of every feature t.
 *
 * @param options - How many copies, and how much noise as a share of the range of the embeddings.
 */
export function smoothGrad({ samples = 50, sigma = 0.15 }: NoiseOptions = {}): AttributionMethod {
  return defineMethod({
    name: "smooth-grad",
    title: "SmoothGrad",
    summary: "length of the gradient averaged over noisy copies of the input (Smilkov et al. 2017)",
    signed: false,
    classSpecific: true,
    settings: { samples, sigma },
    async run(context) {
      const [{ data, shape }] = context.forward.hiddenStates as [FloatTensor];
      const mean = new Float64Array(data.length);
      let spent = 0;
      for await (const noisy of noisyContexts(context, { samples, sigma })) {
        const { gradient, modelEvaluations } = await gradientAtInput(noisy, 0);
        for (const [i, value] of gradient.data.entries()) mean[i] = (mean[i] as number) + value / samples;
        spent += 1 + modelEvaluations;
        noisy.onProgress(1);
      }
      return {
        attribution: overWidth(floatTensor(mean, shape), (row) => Math.sqrt(dot(row, row))),
        blocks: [],
        completeness: null,
        options: {},
        modelEvaluations: spent,
        warnings: [],
      };
    },
  });
}

export default smoothGrad();

/**
 * @file SmoothGrad (Smilkov et al. 2017): the gradient averaged over noisy copies of the input. A method from outside.
 *
 * calig explain "A gripping film" --plugin examples/extend/smooth-grad.ts --method smooth-grad --samples 20
 */

import {
  defineMethod,
  defineOption,
  dot,
  type FloatTensor,
  floatTensor,
  gradientAtInput,
  type NoiseOptions,
  noisyContexts,
  number,
  overWidth,
  wholeNumber,
} from "calig/extend";

/** || mean over noisy copies of dF/dH_0[t] ||_2 of every feature t. @param defaults - Of its options. */
export function smoothGrad({ samples = 50, sigma = 0.15 }: NoiseOptions = {}) {
  return defineMethod({
    name: "smooth-grad",
    title: "SmoothGrad",
    summary: "length of the gradient averaged over noisy copies of the input (Smilkov et al. 2017)",
    signed: false,
    classSpecific: true,
    options: {
      samples: defineOption({
        type: wholeNumber({ min: 1 }),
        group: "Method",
        summary: "noisy copies of the input",
        default: samples,
      }),
      sigma: defineOption({
        type: number({ min: 0 }),
        group: "Method",
        summary: "standard deviation of the noise, as a share of the range of the embeddings",
        default: sigma,
      }),
    },
    async run(context) {
      const { samples, sigma } = context.options;
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

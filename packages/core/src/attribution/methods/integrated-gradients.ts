/** @file Integrated Gradients (Sundararajan et al. 2017, eq. 1) at one hidden state: the embeddings unless another block is asked for. */

import type { FloatTensor } from "../../tensor/tensor.ts";
import { attentionEvidence } from "../fusion.ts";
import type { BlockIntegral } from "../integral/block-integrals.ts";
import { layerIntegrals } from "../integral/layer-integrals.ts";
import type { AttributionMethod } from "../method.ts";
import { oneBlock } from "../one-block.ts";
import { BLOCK_OPTIONS, HEAD_OPTIONS, INTEGRAL_OPTIONS } from "../options.ts";

/** The options that it takes. */
const OPTIONS = { ...INTEGRAL_OPTIONS, ...BLOCK_OPTIONS, ...HEAD_OPTIONS };

export const integratedGradients: AttributionMethod<typeof OPTIONS> = {
  name: "integrated-gradients",
  title: "Integrated Gradients",
  summary: "Integrated Gradients at the embeddings, or at one block given by layers (Sundararajan et al. 2017)",
  signed: true,
  classSpecific: true,
  complete: true,
  options: OPTIONS,
  async run(context) {
    const layers = [oneBlock(context, "integrated-gradients", 0)];
    const { blocks, attention, options, evaluations, warnings } = await layerIntegrals(context, layers);
    const [block] = blocks as readonly [BlockIntegral];
    const { completeness, relevance, index } = block;
    return {
      attribution: relevance,
      blocks: [
        {
          index,
          relevance,
          attentionEvidence: attentionEvidence(attention[index] as FloatTensor),
          fused: relevance,
          weight: 1,
          completeness,
        },
      ],
      completeness: {
        scoreAtInput: completeness.scoreAtInput,
        scoreAtBaseline: completeness.scoreAtBaseline,
        delta: completeness.delta,
        relativeError: completeness.relativeError,
      },
      options,
      modelEvaluations: evaluations,
      warnings,
    };
  },
};

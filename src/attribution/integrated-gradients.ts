/** @file Integrated Gradients (Sundararajan et al. 2017, eq. 1) at one hidden state: the embeddings unless another block is asked for. */

import { InvalidOptionError } from "../errors.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { BlockIntegral } from "./block-integrals.ts";
import { attentionEvidence } from "./fusion.ts";
import { checkedLayers, layerIntegrals } from "./layer-integrals.ts";
import type { AttributionMethod } from "./method.ts";

export const integratedGradients: AttributionMethod = {
  name: "integrated-gradients",
  summary: "Integrated Gradients at the embeddings, or at one block given by layers (Sundararajan et al. 2017)",
  async run(context) {
    const layers = checkedLayers(context.options.layers ?? [0], context.model.programs.blocks);
    if (layers.length !== 1) {
      throw new InvalidOptionError(
        `Cannot use method "integrated-gradients" with ${layers.length} blocks: it explains one; give one block or use method "ca-lig"`,
        "layers",
        layers,
      );
    }
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

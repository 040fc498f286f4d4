/**
 * @file Context-Aware Layer-wise Integrated Gradients (Mersha & Kalita 2026, arXiv 2602.16608): Integrated Gradients
 * at the hidden states of every block, fused with class-specific attention gradients, added up over the blocks.
 */

import { InvalidOptionError, keyword } from "../../errors.ts";
import { attentionEvidence, fuseBlocks } from "../fusion.ts";
import { checkedLayers, layerIntegrals } from "../integral/layer-integrals.ts";
import type { AttributionMethod } from "../method.ts";
import { DEFAULTS, defaultLayerWeights, FUSIONS, LAYER_WEIGHTS } from "../options.ts";
import { tunedFor } from "../tuned.ts";
import { type LayerWeighting, weightedBlocks } from "../weighted-blocks.ts";

export const caLig: AttributionMethod = {
  name: "ca-lig",
  title: "CA-LIG",
  summary: "Integrated Gradients at every block, fused with attention gradients (Mersha & Kalita 2026)",
  signed: true,
  classSpecific: true,
  async run(context) {
    const { options, model } = context;
    const tuned = tunedFor(model.tuned, options);
    const fusion = keyword("fusion", options.fusion ?? tuned?.fusion ?? DEFAULTS.fusion, FUSIONS);
    const lambda = options.lambda ?? tuned?.lambda ?? DEFAULTS.lambda;
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new InvalidOptionError(`Cannot use lambda ${lambda}: it must be between 0 and 1`, "lambda", lambda);
    }
    const scheme = checkedScheme(
      options.layerWeights ?? tuned?.layerWeights ?? defaultLayerWeights(model.anatomy.kind),
    );
    const layers = checkedLayers(options.layers, model.programs.blocks);
    const integrals = await layerIntegrals(context, layers);

    // Transport needs the attention of every block below, also of those that are not explained.
    const everyBlock = integrals.attention.map((attention, index) => ({
      attention,
      relevance:
        integrals.blocks.find((block) => block.index === index)?.relevance ?? context.input.features.map(() => 0),
    }));
    const fusedAll = fuseBlocks(everyBlock, fusion, lambda);
    const blocks = integrals.blocks.map(({ index, relevance, completeness }) => ({
      index,
      relevance,
      attentionEvidence: attentionEvidence((everyBlock[index] as (typeof everyBlock)[number]).attention),
      fused: fusedAll[index] as number[],
      completeness,
    }));
    return {
      ...weightedBlocks(blocks, scheme),
      layerWeighting: scheme,
      options: {
        ...integrals.options,
        fusion,
        lambda,
        layerWeights: scheme,
        ...(tuned === undefined ? {} : { tuned: tuned.chosenBy }),
      },
      modelEvaluations: integrals.evaluations,
      warnings: integrals.warnings,
    };
  },
};

function checkedScheme(scheme: LayerWeighting): LayerWeighting {
  return typeof scheme === "string" ? keyword("layer weights", scheme, LAYER_WEIGHTS) : scheme;
}

/**
 * @file Context-Aware Layer-wise Integrated Gradients (Mersha & Kalita 2026, arXiv 2602.16608): Integrated Gradients
 * at the hidden states of every block, fused with class-specific attention gradients, added up over the blocks.
 */

import { attentionEvidence, fuseBlocks } from "../fusion.ts";
import { checkedLayers, layerIntegrals } from "../integral/layer-integrals.ts";
import type { AttributionMethod } from "../method.ts";
import { METHOD_OPTIONS } from "../options.ts";
import { weightedBlocks } from "../weighted-blocks.ts";

export const caLig: AttributionMethod<typeof METHOD_OPTIONS> = {
  name: "ca-lig",
  title: "CA-LIG",
  summary: "Integrated Gradients at every block, fused with attention gradients (Mersha & Kalita 2026)",
  signed: true,
  classSpecific: true,
  options: METHOD_OPTIONS,
  async run(context) {
    const { options, model } = context;
    const { fusion, lambda, layerWeights } = options;
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
      ...weightedBlocks(blocks, layerWeights),
      layerWeighting: layerWeights,
      options: integrals.options,
      modelEvaluations: integrals.evaluations,
      warnings: integrals.warnings,
    };
  },
};

/**
 * @file Context-Aware Layer-wise Integrated Gradients (Mersha & Kalita 2026, arXiv 2602.16608): Integrated Gradients
 * at the hidden states of every block, fused with class-specific attention gradients, added up over the blocks.
 */

import { explainBlocks } from "../block-method.ts";
import { EFFORT_PLANS, refines } from "../effort.ts";
import { fuseBlocks } from "../fusion.ts";
import type { AttributionMethod } from "../method.ts";
import { CA_LIG_OPTIONS } from "../options.ts";
import { checkRefinement, REFINING_SHARE, refinedBlocks } from "../refined-blocks.ts";
import type { LayerWeighting } from "../weighted-blocks.ts";

/**
 * Besides the maps of the blocks, as published, scores of random subsets of the features, and paths of features put in and
 * taken out in their order, refine the sum: see refine.ts. Without them (`subsets` and `paths` 0) it is the sum of the blocks alone.
 */
export const caLig: AttributionMethod<typeof CA_LIG_OPTIONS> = {
  name: "ca-lig",
  title: "CA-LIG",
  summary: "Integrated Gradients at every block, fused with attention gradients (Mersha & Kalita 2026)",
  signed: true,
  classSpecific: true,
  options: CA_LIG_OPTIONS,
  async run(context) {
    const { options, model, onProgress } = context;
    const { fusion, lambda, layerWeights, effort, subsets, paths, ends } = options;
    const refinement = { subsets, paths, ends };
    checkRefinement(refinement, options.baseline);
    const { blocks: count } = model.programs;
    const layers = options.layers ?? EFFORT_PLANS[effort].layers?.(count);
    const refining = refines(refinement);
    const result = await explainBlocks(
      {
        ...context,
        options: layers === undefined ? options : { ...options, layers },
        onProgress: (done) => onProgress(refining ? done * (1 - REFINING_SHARE) : done),
      },
      {
        fuse: (blocks) => fuseBlocks(blocks, fusion, lambda),
        weights: options.layers === undefined ? ofLayers(layerWeights, layers) : layerWeights,
      },
    );
    return refinedBlocks(context, result, refinement);
  },
};

/** Of weights that were tuned for all blocks, those of the blocks that an effort integrates. */
const ofLayers = (weights: LayerWeighting, layers: readonly number[] | undefined): LayerWeighting =>
  layers === undefined || !Array.isArray(weights)
    ? weights
    : layers.map((layer) => (weights as readonly number[])[layer] ?? 0);

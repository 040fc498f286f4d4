/**
 * @file Context-Aware Layer-wise Integrated Gradients (Mersha & Kalita 2026, arXiv 2602.16608): Integrated Gradients
 * at the hidden states of every block, fused with class-specific attention gradients, added up over the blocks.
 */

import { explainBlocks } from "../block-method.ts";
import { fuseBlocks } from "../fusion.ts";
import type { AttributionMethod } from "../method.ts";
import { CA_LIG_OPTIONS } from "../options.ts";

export const caLig: AttributionMethod<typeof CA_LIG_OPTIONS> = {
  name: "ca-lig",
  title: "CA-LIG",
  summary: "Integrated Gradients at every block, fused with attention gradients (Mersha & Kalita 2026)",
  signed: true,
  classSpecific: true,
  options: CA_LIG_OPTIONS,
  run(context) {
    const { fusion, lambda, layerWeights } = context.options;
    return explainBlocks(context, { fuse: (blocks) => fuseBlocks(blocks, fusion, lambda), weights: layerWeights });
  },
};

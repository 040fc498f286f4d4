/** @file Methods that fuse and weigh the integrals of all blocks: CA-LIG, and those of a caller with a rule of their own. METHOD 3-5. */

import { attentionEvidence, type BlockEvidence, fuseBlocks } from "./fusion.ts";
import { checkedLayers, layerIntegrals } from "./integral/layer-integrals.ts";
import type { AttributionMethod, MethodContext, MethodResult } from "./method.ts";
import { BLOCK_OPTIONS, HEAD_OPTIONS, INTEGRAL_OPTIONS } from "./options.ts";
import { type LayerWeighting, weightedBlocks } from "./weighted-blocks.ts";

/** Options of methods that integrate every block. */
export const BLOCK_METHOD_OPTIONS = { ...INTEGRAL_OPTIONS, ...BLOCK_OPTIONS, ...HEAD_OPTIONS };

/** How blocks become one map. */
export interface BlockRule {
  /** s_l [features] of every block, first block first, from what is known of all blocks. */
  fuse(blocks: readonly BlockEvidence[]): readonly (readonly number[])[];
  readonly weights: LayerWeighting;
}

/** The integrals of the blocks asked for, fused, weighted and added up. */
export async function explainBlocks(
  context: MethodContext<typeof BLOCK_METHOD_OPTIONS>,
  { fuse, weights }: BlockRule,
): Promise<MethodResult> {
  const { options, model } = context;
  const layers = checkedLayers(options.layers, model.programs.blocks);
  const integrals = await layerIntegrals(context, layers);

  // Transport needs the attention of every block below, also of those that are not explained.
  const everyBlock = integrals.attention.map((attention, index) => ({
    attention,
    relevance:
      integrals.blocks.find((block) => block.index === index)?.relevance ?? context.input.features.map(() => 0),
  }));
  const fusedAll = fuse(everyBlock);
  const blocks = integrals.blocks.map(({ index, relevance, completeness }) => ({
    index,
    relevance,
    attentionEvidence: attentionEvidence((everyBlock[index] as BlockEvidence).attention),
    fused: fusedAll[index] as readonly number[],
    completeness,
  }));
  return {
    ...weightedBlocks(blocks, weights),
    layerWeighting: weights,
    options: integrals.options,
    modelEvaluations: integrals.evaluations,
    warnings: integrals.warnings,
  };
}

/** A method of a caller that differs from CA-LIG in how blocks are fused or weighted. */
export interface BlockMethod extends Pick<AttributionMethod, "name" | "title" | "summary" | "settings" | "revision"> {
  /** s_l [features] of every block from r_l and M_l of all blocks. Default: transport. Cost: none of the model. */
  fuse?(blocks: readonly BlockEvidence[]): readonly (readonly number[])[];
  /** w_l of the explained blocks from their s_l: not negative, normalised to sum 1. Default: all equal. */
  weigh?(fused: readonly (readonly number[])[]): readonly number[];
}

/** The method. Its options are those of integrals and blocks. */
export function blockMethod({
  fuse = (blocks) => fuseBlocks(blocks, "transport", 0.5),
  weigh,
  ...facts
}: BlockMethod): AttributionMethod<typeof BLOCK_METHOD_OPTIONS> {
  return {
    ...facts,
    signed: true,
    classSpecific: true,
    options: BLOCK_METHOD_OPTIONS,
    run: (context) => explainBlocks(context, { fuse, weights: weigh ?? "uniform" }),
  };
}

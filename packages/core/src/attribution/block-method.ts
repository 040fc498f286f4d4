/** @file Methods that fuse and weigh the integrals of all blocks: CA-LIG, and those of a caller with a rule of their own. METHOD 3-5. */

import { nextTokensOf } from "../transformer/anatomy.ts";
import { attentionEvidence, type BlockEvidence, fuseBlocks } from "./fusion.ts";
import { checkedLayers, layerIntegrals } from "./integral/layer-integrals.ts";
import { withoutUnreliable } from "./left-out.ts";
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
  /** s_l of the asked-for blocks with other relevance of them, as one draw of the baseline has it. */
  const fusedWith = (relevance: readonly (readonly number[])[]) => {
    const own = new Map(integrals.blocks.map(({ index }, b) => [index, relevance[b] as readonly number[]]));
    const all = fuse(everyBlock.map((block, index) => ({ ...block, relevance: own.get(index) ?? block.relevance })));
    return integrals.blocks.map(({ index }) => all[index] as readonly number[]);
  };
  const blocks = integrals.blocks.map(({ index, relevance, completeness }) => ({
    index,
    relevance,
    attentionEvidence: attentionEvidence((everyBlock[index] as BlockEvidence).attention),
    fused: fusedAll[index] as readonly number[],
    completeness,
  }));
  const reliable =
    nextTokensOf(model.anatomy) === undefined ? { weights, warnings: [] } : withoutUnreliable(blocks, weights);
  const weighted = weightedBlocks(blocks, reliable.weights);
  const drawn = integrals.drawn?.map((relevance) =>
    addedUp(
      fusedWith(relevance),
      weighted.blocks.map(({ weight }) => weight),
    ),
  );
  return {
    ...weighted,
    layerWeighting: reliable.weights,
    options: integrals.options,
    modelEvaluations: integrals.evaluations,
    ...(drawn === undefined ? {} : { drawn }),
    warnings: [...integrals.warnings, ...reliable.warnings],
  };
}

/** sum_l w_l s_l [features] */
const addedUp = (fused: readonly (readonly number[])[], weights: readonly number[]): readonly number[] =>
  (fused[0] ?? []).map((_, feature) =>
    fused.reduce((sum, map, b) => sum + (weights[b] as number) * (map[feature] as number), 0),
  );

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

/** @file The attribution of an input from its blocks: their fused maps, weighted and added up. METHOD 5. */

import { measureCompleteness } from "./completeness.ts";
import type { BlockExplanation, Completeness } from "./explanation.ts";
import { layerWeights, type WeighBlocks } from "./layer-weights.ts";
import type { LayerWeightsName } from "./options.ts";

/** A scheme of layer weights, one number for each block, or a rule of the caller's. */
export type LayerWeighting = LayerWeightsName | readonly number[] | WeighBlocks;

export interface WeightedBlocks {
  /** sum_l w_l s_l, one per feature. */
  readonly attribution: readonly number[];
  readonly blocks: readonly BlockExplanation[];
  /** Against the weighted score differences of the blocks (all equal for a propagated baseline). */
  readonly completeness: Completeness;
}

/**
 * @param blocks - At least one, with maps of the same length.
 * @throws {InvalidOptionError} When given weights do not fit the blocks.
 */
export function weightedBlocks(
  blocks: readonly Omit<BlockExplanation, "weight">[],
  weighting: LayerWeighting = "uniform",
): WeightedBlocks {
  const weights = layerWeights(
    weighting,
    blocks.map(({ fused }) => fused),
  );
  // In the order of the contract, the weight before the completeness.
  const weighted = blocks.map(
    ({ completeness, ...block }, b): BlockExplanation => ({ ...block, weight: weights[b] as number, completeness }),
  );
  const mean = (value: (block: BlockExplanation) => number) =>
    weighted.reduce((sum, block) => sum + block.weight * value(block), 0);
  const attribution = (blocks[0]?.fused ?? []).map((_, feature) => mean(({ fused }) => fused[feature] as number));
  return {
    attribution,
    blocks: weighted,
    completeness: measureCompleteness(
      attribution,
      mean((block) => block.completeness.scoreAtInput),
      mean((block) => block.completeness.scoreAtBaseline),
    ),
  };
}

/** @file Blocks whose integral does not come to an end: left out of the map, and named. */

import type { BlockExplanation, Warning } from "./explanation.ts";
import { layerWeights } from "./layer-weights.ts";
import type { LayerWeighting } from "./weighted-blocks.ts";

/** How blocks are weighted, and what to say of it. */
export interface ReliableBlocks {
  readonly weights: LayerWeighting;
  readonly warnings: readonly Warning[];
}

/**
 * Weights without the blocks that did not meet the tolerance, as long as others did: their map is off by an unknown amount
 * at every position, the mean over the others is not. The shares of the others keep their proportions.
 */
export function withoutUnreliable(
  blocks: readonly Omit<BlockExplanation, "weight">[],
  weighting: LayerWeighting,
): ReliableBlocks {
  const missed = blocks.filter(({ completeness }) => !completeness.converged);
  if (missed.length === 0 || missed.length === blocks.length) return { weights: weighting, warnings: [] };
  const all = layerWeights(
    weighting,
    blocks.map(({ fused }) => fused),
  );
  const weights = all.map((weight, b) => (blocks[b]?.completeness.converged === true ? weight : 0));
  if (weights.every((weight) => weight === 0)) return { weights: weighting, warnings: [] };
  const one = missed.length === 1;
  const names = missed.map(({ index }) => index).join(", ");
  const message = `Block${one ? "" : "s"} ${names} did not meet the tolerance: ${one ? "it is" : "they are"} left out of the map, which is made of the other ${blocks.length - missed.length} of ${blocks.length} blocks`;
  return { weights, warnings: [{ code: "blocks-left-out", message }] };
}

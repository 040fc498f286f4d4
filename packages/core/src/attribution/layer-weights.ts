/** @file Weights of the blocks in the final attribution. METHOD 5. */

import { InvalidOptionError } from "../errors.ts";
import { assertNever } from "../util/assert-never.ts";
import { norm1 } from "./fusion.ts";
import type { LayerWeightsName } from "./options.ts";

/** Weights of blocks from their fused maps. */
export type WeighBlocks = (fused: readonly (readonly number[])[]) => readonly number[];

/**
 * w_l >= 0 with sum 1, one per explained block.
 *
 * - `uniform`: all equal. - `magnitude`: proportional to ||s_l||_1. - `last`: the last block alone.
 * - `balanced`: proportional to 1 / ||s_l||_1, so that every block contributes the same magnitude; blocks without any
 *   evidence have none. Where all blocks add up to the same difference of scores, this is the share of its evidence that
 *   a block does not take back: blocks whose evidence cancels weigh less.
 * - `decay`: halved from each block to the next, so that early blocks, nearest the input, weigh most.
 * - a list, or a function that gives one: the caller's own, normalised to sum 1.
 *
 * @throws {InvalidOptionError} When a list has another length than `fused`, a negative entry, or sums to 0.
 */
export function layerWeights(
  scheme: LayerWeightsName | readonly number[] | WeighBlocks,
  fused: readonly (readonly number[])[],
): number[] {
  if (typeof scheme === "function") return givenWeights(scheme(fused), fused.length);
  if (typeof scheme !== "string") return givenWeights(scheme, fused.length);
  switch (scheme) {
    case "uniform":
      return normalised(fused.map(() => 1));
    case "magnitude":
      return normalised(fused.map(norm1));
    case "balanced":
      return normalised(fused.map(norm1).map((size) => (size === 0 ? 0 : 1 / size)));
    case "decay":
      return normalised(fused.map((_, l) => 0.5 ** l));
    case "last":
      return fused.map((_, l) => (l === fused.length - 1 ? 1 : 0));
    default:
      return assertNever(scheme);
  }
}

/** @throws {InvalidOptionError} */
function givenWeights(weights: readonly number[], blocks: number): number[] {
  const list = `[${weights.join(", ")}]`;
  if (weights.length !== blocks) {
    throw new InvalidOptionError(
      `Cannot use layer weights ${list}: ${blocks} blocks are explained, give ${blocks} weights`,
      "layerWeights",
      weights,
    );
  }
  if (
    weights.some((weight) => !(weight >= 0) || weight === Number.POSITIVE_INFINITY) ||
    weights.every((w) => w === 0)
  ) {
    throw new InvalidOptionError(
      `Cannot use layer weights ${list}: they must be finite, not negative, and not all zero`,
      "layerWeights",
      weights,
    );
  }
  return normalised(weights);
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total === 0 ? 1 / weights.length : weight / total));
}

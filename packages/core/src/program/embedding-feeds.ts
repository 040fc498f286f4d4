/** @file What programs with replaced word vectors are fed. */

import { ShapeError } from "../errors.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { REPLACED, SCALE } from "./forward.ts";

/**
 * @param replaced - 1 for every position whose word vector is replaced, [batch x positions].
 * @throws {ShapeError} When the model is fed no token ids.
 */
export function replacedFeeds(feeds: Feeds, replaced: Float32Array, vector: "mean" | "zero"): Feeds {
  const [batch, tokens] = Object.values(feeds)[0]?.shape ?? [];
  if (batch === undefined || tokens === undefined)
    throw new ShapeError("Cannot replace word vectors without token ids");
  return {
    [REPLACED]: floatTensor(replaced, [batch, tokens, 1]),
    [SCALE]: floatTensor([vector === "mean" ? 1 : 0], []),
  };
}

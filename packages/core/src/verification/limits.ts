/** @file How far numbers of one model may lie apart that are computed in different ways, in float32 and below. */

import { MOST_MOVED } from "../attribution/own-answers.ts";
import type { AssembledModel } from "../loading/assemble-model.ts";
import type { Limit } from "./differences.ts";

/**
 * Rounding in float32 moves the logits of trained encoders of 6 to 24 blocks by 1e-7 to 1e-5 of the largest one
 * (docs/parity.md); errors that change an explanation move them by much more.
 */
const FLOAT32 = 1e-4;
/** A step of float16 is 1e-3, and blocks add theirs up. */
const FLOAT16 = 2e-2;
/** For sums that are near 0. */
const LEAST = 1e-6;

/** How far the logits of the original file may lie from calig's, which computes in float32. @param largest - Largest |logit|. */
export function logitLimit({ ownAnswers }: AssembledModel, largest: number): Limit & { readonly why: string } {
  const [share, why] =
    ownAnswers?.kind === "quantised"
      ? [MOST_MOVED, ": the file is quantised, and calig computes with its weights in float32"]
      : ownAnswers?.kind === "half-precision"
        ? [FLOAT16, ": the file computes in half precision, calig in float32"]
        : [FLOAT32, ""];
  return { most: share * largest + LEAST, unit: "logit", why };
}

/** For the same arithmetic in another order or another program, which is float32 on both sides. */
export const sameNumbers = (largest: number, unit: string): Limit => ({ most: FLOAT32 * largest + LEAST, unit });

/** For what must be equal. */
export const equal = (unit: string): Limit => ({ most: 0, unit });

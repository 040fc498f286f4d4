/** @file One derivative of the score: by gradient, and by differences of values, which kinks can mislead. */

import { derivative } from "./central-difference.ts";
import type { Differences } from "./differences.ts";

/**
 * Share of a derivative that a gradient may miss it by, beyond what the difference itself is uncertain of. Right gradients
 * miss by less than a tenth of it on the models tried (docs/verify.md).
 */
const LIMIT = { most: 0.01, unit: "share of the derivative" };

/** Differences that are less certain than this share of the derivative tell nothing. */
const VAGUE = 0.1;

/** How often a derivative that misses is taken again. */
const AGAIN = 3;

/** How many derivatives told something. */
export interface Tally {
  conclusive: number;
  all: number;
}

/** One derivative: by gradient, and by values of F at `OFFSETS`. */
export interface Taken {
  readonly gradient: number;
  readonly values: ArrayLike<number>;
}

/** By what share the gradient misses the derivative, and how much the difference is uncertain of; undefined where it tells nothing. */
function missOf(
  { gradient, values }: Taken,
  size: number,
): { readonly share: number; readonly vague: number } | undefined {
  const { value, uncertainty } = derivative(values, size);
  const scale = Math.max(Math.abs(value), Math.abs(gradient), Number.MIN_VALUE);
  if (!(uncertainty <= VAGUE * scale)) return undefined;
  const missed = Math.max(0, Math.abs(gradient - value) - uncertainty);
  return { share: missed / scale, vague: uncertainty / scale };
}

/**
 * Judges one derivative. One that misses is taken again close by, over less of a distance: a kink of ReLU between the places of the differences is
 * not met there again, while a wrong gradient is as wrong as before. What counts is the middle of those.
 */
export async function take(
  { differences, tally, size }: Judgement,
  where: string,
  first: Taken,
  again: (time: number) => Promise<Taken>,
): Promise<void> {
  const found = missOf(first, size);
  tally.all++;
  if (found === undefined) return;
  if (found.vague < LIMIT.most) tally.conclusive++;
  if (found.share <= LIMIT.most) return differences.add(where, found.share, LIMIT);
  const shares: number[] = [];
  for (let time = 0; time < AGAIN; time++) {
    const share = missOf(await again(time), size)?.share;
    if (share !== undefined) shares.push(share);
  }
  shares.sort((a, b) => a - b);
  const middle = shares[Math.floor((shares.length - 1) / 2)];
  // Where rounding hides all of those, a derivative so small tells nothing.
  if (middle !== undefined) differences.add(where, middle, LIMIT);
}

export interface Judgement {
  readonly differences: Differences;
  readonly tally: Tally;
  /** Of the score, as `derivative` takes it. */
  readonly size: number;
}

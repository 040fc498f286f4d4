/** @file A case by its number: the same file for the same seed, whatever ran before it. */

import type { FuzzCase, FuzzKind } from "./kind.ts";
import { Chance } from "./random.ts";

const MOST_FAULTS = 4;

/** How many faults a case has: one in half of the cases. */
export function faultCount(kind: string, seed: number, index: number): number {
  const chance = new Chance(kind, seed, index, "count");
  return chance.is(0.5) ? 1 : 1 + chance.below(MOST_FAULTS);
}

/** @param kept - Which of its faults the case has, by their numbers. Default: all. */
export function makeCase(kind: FuzzKind, seed: number, index: number, kept?: readonly number[]): FuzzCase {
  const faults = Array.from(
    { length: faultCount(kind.name, seed, index) },
    (_, i) => new Chance(kind.name, seed, index, i),
  );
  const some = faults.filter((_, i) => kept?.includes(i) ?? true);
  return kind.make(new Chance(kind.name, seed, index, "case"), some);
}

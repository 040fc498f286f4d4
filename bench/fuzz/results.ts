/** @file What the fuzzer writes of its runs. */

import type { Verdict } from "./verdict.ts";

export interface Finding extends Verdict {
  readonly case: number;
}

export interface KindResults {
  readonly kind: string;
  /** Number of the first case. */
  readonly from: number;
  readonly cases: number;
  /** By what became of them: "accepted", "refused: InputError", "crash". */
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Of all cases together, starts of processes included. */
  readonly milliseconds: number;
  /** Milliseconds of the slowest case. */
  readonly slowest: number;
}

export interface FuzzResults {
  readonly commit: string;
  readonly seed: number;
  readonly node: string;
  readonly runs: readonly KindResults[];
}

/** @file What a canonicalisation pass is: a graph in, the same function with simpler operators out. */

import type { Graph } from "../onnx/model.ts";

export type Opsets = Readonly<Record<string, number>>;

/** A graph on its way to the canonical form. */
export interface Draft {
  readonly graph: Graph;
  readonly opsets: Opsets;
}

/** What a pass made of a draft. */
export interface PassResult extends Draft {
  /** What was rewritten, one sentence per kind: "12 Attention nodes written out". */
  readonly notes: readonly string[];
  /** The pass replaced whole-number arithmetic by floating-point: results move by the rounding that is gone. */
  readonly dequantised?: boolean;
  /** The pass replaced arithmetic of half precision by that of float32. */
  readonly widened?: boolean;
}

/**
 * Rewrites a draft, or gives the same graph object when there is nothing to do.
 *
 * A pass keeps the names of graph inputs and outputs and never changes its argument.
 */
export type Pass = (draft: Draft) => PassResult;

/** A result that changes nothing. */
export const unchanged = (draft: Draft): PassResult => ({ ...draft, notes: [] });

/** "1 Cast node" or "3 Cast nodes". */
export const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

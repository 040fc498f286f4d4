/** @file What results say of a replacement. */

import type { Replacement } from "../attribution/explainable-model.ts";

/** What stood in for removed features. */
export interface ReplacementFacts {
  /** "random-words" */
  readonly name: string;
  /** What removed features became, after "replaced by": "the mask token". */
  readonly becomes: string;
  /** What it was made with; absent for nothing. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** How often it was drawn, where it draws at random. */
  readonly draws?: number;
  /** Where it took something from other inputs: what they are called, and how many there are. */
  readonly others?: { readonly name: string; readonly size: number };
}

export const describeReplacement = (
  { name, becomes, settings, drawn, fromOthers }: Replacement,
  draws: number,
  pool: { readonly name: string; readonly size: number } | undefined,
): ReplacementFacts => ({
  name,
  becomes,
  ...(settings === undefined ? {} : { settings }),
  ...(drawn === true ? { draws } : {}),
  ...(fromOthers === true && pool !== undefined ? { others: { name: pool.name, size: pool.size } } : {}),
});

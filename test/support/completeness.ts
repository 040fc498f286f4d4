/** @file Completeness of explanations by methods that have it. */

import type { Completeness, Explanation } from "@calig/node";

/** @throws {Error} When the method has none. */
export function completenessOf({ completeness, method }: Explanation): Completeness {
  if (completeness === null) throw new Error(`method "${method.name}" has no completeness`);
  return completeness;
}

/** The score at the input minus that at the baseline. */
export function scoreDifference(explanation: Explanation): number {
  const { scoreAtInput, scoreAtBaseline } = completenessOf(explanation);
  return scoreAtInput - scoreAtBaseline;
}

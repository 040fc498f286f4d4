/** @file How many evaluations an estimate from a game may take. */

/** Fewest evaluations of an estimate where none are asked for: about what CA-LIG takes for a sentence. */
const LEAST = 128;
/** For many features: with fewer than this for each, samples say little about single ones. */
const PER_FEATURE = 4;

/** The evaluations that were asked for, or 128, or 4 per feature where that is more. */
export const budgetOf = (evaluations: number | undefined, features: number): number =>
  evaluations ?? Math.max(LEAST, PER_FEATURE * features);

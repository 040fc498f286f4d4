/** @file Which word with which one of another text: the pairs as renderers show them. */

import type { Explanation, WordPairs } from "../attribution/explanation.ts";
import { percent, signed } from "./format.ts";
import { largestMagnitude } from "./scale.ts";

export const PAIRS = "Word with word";

export const pairsOf = (explanation: Explanation): WordPairs | undefined =>
  explanation.layout === "text" ? explanation.pairs : undefined;

/** The largest magnitude of a pair. */
export const pairsBound = ({ values }: WordPairs): number => largestMagnitude(values.flat());

/** The pairs with the largest magnitude, strongest first. */
export const strongestPairs = ({ values }: WordPairs, count: number) =>
  values
    .flatMap((row, word) => row.map((value, other) => ({ word, other, value })))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, count);

/** What pairs add up to, and how well. */
export const pairsSum = ({ sum, interaction, relativeError, rest }: WordPairs): string =>
  `All pairs add up to ${signed(sum, 3)}, of ${signed(interaction, 3)} that the two texts have together and neither has alone (error ${percent(relativeError)}); ${signed(rest, 3)} of it is on special tokens.`;

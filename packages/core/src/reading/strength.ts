/**
 * @file How strong evidence is on a scale that does not depend on the input: next to nothing stays next to nothing, however
 * much it is the strongest that there is.
 */

import type { Explanation } from "../attribution/explanation.ts";
import { isSigned, isWritten, itemsOf } from "./items.ts";
import type { StrengthLevel } from "./summary.ts";

/**
 * The evidence of a whole input that counts as strong where nothing is known of the model, by score: two logits move a
 * probability from 50 % to 88 %, and the others are what that is in their unit.
 */
const STRONG_IN_ALL: Readonly<Record<string, number>> = {
  logit: 2,
  margin: 2,
  "log-probability": 0.5,
  probability: 0.38,
};

/** Words that hold the evidence of a text together, where nothing is known of the model. */
const FEW = 3;
/** Share of the patches of a picture that do. */
const PATCHES = 0.1;
/** Share of the patches that the scale tells apart: single ones that outweigh all others do not make them look like nothing. */
const TOLD_APART = 0.98;

/** From which strength on evidence has which word. */
const LEVELS: readonly (readonly [from: number, level: StrengthLevel])[] = [
  [0.6, "strong"],
  [0.3, "clear"],
  [0.1, "weak"],
];

/** The word for a strength. */
export const strengthLevel = (strength: number): StrengthLevel =>
  LEVELS.find(([from]) => strength >= from)?.[1] ?? "faint";

/** The attribution of one word or patch that is as strong as it gets; 0 where there is no scale but the relative one. */
function referenceOf(explanation: Explanation): number {
  const inAll = isSigned(explanation) ? (STRONG_IN_ALL[explanation.target.kind] ?? 0) : 0;
  const items = itemsOf(explanation).length;
  return inAll / (isWritten(explanation) ? Math.min(Math.max(items, 1), FEW) : Math.max(1, PATCHES * items));
}

function ownBound(explanation: Explanation): number {
  const magnitudes = itemsOf(explanation)
    .map(({ attribution }) => Math.abs(attribution))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const share = isWritten(explanation) ? 1 : TOLD_APART;
  return magnitudes[Math.ceil(share * magnitudes.length) - 1] || (magnitudes.at(-1) ?? 0);
}

/**
 * The attribution that is shown at full strength, in units of the score.
 *
 * - "absolute": the strongest of this input, but at least what is strong for this kind of score: an input without strong
 *   evidence never shows any.
 * - "relative": the strongest of this input.
 */
export function strengthBound(explanation: Explanation, scale: "absolute" | "relative" = "absolute"): number {
  const own = ownBound(explanation);
  return scale === "relative" ? own : Math.max(own, referenceOf(explanation));
}

/** Strength of an attribution of this explanation, 0..1, for words and colours. */
export function strength(
  explanation: Explanation,
  attribution: number,
  scale: "absolute" | "relative" = "absolute",
): number {
  const bound = strengthBound(explanation, scale);
  return bound > 0 && !Number.isNaN(attribution) ? Math.min(1, Math.abs(attribution) / bound) : 0;
}

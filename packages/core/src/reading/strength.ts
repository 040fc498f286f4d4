/**
 * @file How strong evidence is on a scale that does not depend on the input: next to nothing stays next to nothing, however
 * much it is the strongest that there is.
 */

import type { Explanation } from "../attribution/explanation.ts";
import { fullColour } from "../attribution/typical.ts";
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

/** Evidence of an input that is unlike the model's own is shown as so many times weaker: weak at most, which is below a third. */
export const UNLIKE = 3.5;

/** Warnings that say that an input is unlike those that the model was made for. */
export const UNLIKE_CODES: readonly string[] = ["split-words", "mostly-unknown", "coarse-view"];

/** Whether the explanation says that its input is unlike those that the model was made for. */
export const isUnlike = ({ warnings }: Pick<Explanation, "warnings">): boolean =>
  warnings.some(({ code }) => UNLIKE_CODES.includes(code));

/** From which strength on evidence has which word: the steps that maps without shades have. */
const LEVELS: readonly (readonly [from: number, level: StrengthLevel])[] = [
  [2 / 3, "strong"],
  [1 / 3, "clear"],
  [0.1, "weak"],
];

/** The word for a strength: from two thirds on "strong", a third "clear", a tenth "weak", below "faint". */
export const strengthLevel = (strength: number): StrengthLevel =>
  LEVELS.find(([from]) => strength >= from)?.[1] ?? "faint";

/** The attribution of one word or patch that is strong for this model and score; 0 where nothing says what is. */
function referenceOf(explanation: Explanation): number {
  const { model, target } = explanation;
  if (!isSigned(explanation)) return 0;
  // What speaks for one class and against the other counts twice in their difference.
  const sides = target.against === undefined ? 1 : 2;
  const { typical } = model.card ?? {};
  if (typical !== undefined && typical.score === target.kind) return sides * typical.strongest;
  const inAll = model.activation === "none" ? 0 : (STRONG_IN_ALL[target.kind] ?? 0);
  const items = itemsOf(explanation).length;
  return (sides * inAll) / (isWritten(explanation) ? Math.min(Math.max(items, 1), FEW) : Math.max(1, PATCHES * items));
}

/** What an input usually moves the score by in all; 0 where nothing says what is usual. */
export function totalReference({ model, target }: Explanation): number {
  const { typical } = model.card ?? {};
  const sides = target.against === undefined ? 1 : 2;
  if (typical !== undefined && typical.score === target.kind) return sides * typical.difference;
  return model.activation === "none" ? 0 : sides * (STRONG_IN_ALL[target.kind] ?? 0);
}

/** What colours are relative to: what is usual for the model, or the input alone. */
export type StrengthScale = "absolute" | "relative";

/**
 * The attribution that is shown at full strength, in units of the score.
 *
 * - "absolute": the strongest of this input, but at least what the strongest of an input usually is for this model
 *   (`calig calibrate` measures it; without, what two logits in all would come to): an input without strong evidence shows
 *   none. Of an input that is unlike those that the model was made for, 3.5 times as much: its evidence is weak at most.
 *   Numbers of regressions and methods without sign have no such scale: it is the relative one.
 * - "relative": the strongest of this input; of pictures all but the strongest 2 % of patches stay within.
 */
export function strengthBound(explanation: Explanation, scale: StrengthScale = "absolute"): number {
  const own = fullColour(explanation);
  if (scale === "relative") return own;
  return Math.max(own, referenceOf(explanation)) * (isUnlike(explanation) ? UNLIKE : 1);
}

/** Strength of an attribution of this explanation, 0..1, for words and colours. Cost: it looks at all features once. */
export function strength(explanation: Explanation, attribution: number, scale: StrengthScale = "absolute"): number {
  return strengthOf(attribution, strengthBound(explanation, scale));
}

/** Strength of an attribution where `bound` is shown at full strength, 0..1. */
export const strengthOf = (attribution: number, bound: number): number =>
  bound > 0 && !Number.isNaN(attribution) ? Math.min(1, Math.abs(attribution) / bound) : 0;

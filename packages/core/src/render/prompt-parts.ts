/** @file What readers see of the parts of a prompt, and of the tokens of an answer, whatever they are rendered as. */

import type { AnswerToken, Explanation, PartAttribution } from "../attribution/explanation.ts";

/** The parts of a prompt in its order; none where nothing says what they are. */
export const partsOf = (explanation: Explanation): readonly PartAttribution[] =>
  explanation.layout === "text" ? (explanation.parts ?? []) : [];

export const answerTokensOf = (explanation: Explanation): readonly AnswerToken[] =>
  explanation.layout === "text" ? (explanation.answerTokens ?? []) : [];

/** The words of the input that speak most for or against a token of the answer, strongest first. */
export function wordsFor(
  explanation: Extract<Explanation, { readonly layout: "text" }>,
  { attribution }: AnswerToken,
  most: number,
): readonly { readonly text: string; readonly attribution: number }[] {
  const sums = explanation.words.map(({ text }) => ({ text, attribution: 0 }));
  explanation.features.forEach(({ word }, t) => {
    const own = word === null ? undefined : sums[word];
    if (own !== undefined) own.attribution += attribution[t] as number;
  });
  return sums
    .filter((word) => word.attribution !== 0)
    .sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution))
    .slice(0, most);
}

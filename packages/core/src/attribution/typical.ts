/** @file What is measured of single explanations to say what is usual for a model: the same numbers for measuring and for comparing with. */

import type { Explanation, ImageExplanation, TextExplanation, TokenFeature } from "./explanation.ts";

/** Share of the patches of a picture that a scale tells apart: single ones that outweigh all others shall not hide them. */
const TOLD_APART = 0.98;

/** The attribution at full colour of an explanation by itself: of the strongest word, of all but the strongest 2 % of patches. */
export function fullColour(explanation: Explanation): number {
  const values = explanation.layout === "grid" ? ofPatches(explanation) : ofWords(explanation);
  const magnitudes = values
    .map(Math.abs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const share = explanation.layout === "grid" ? TOLD_APART : 1;
  return magnitudes[Math.ceil(share * magnitudes.length) - 1] || (magnitudes.at(-1) ?? 0);
}

const ofPatches = ({ features, attribution }: ImageExplanation): readonly number[] =>
  attribution.filter((_, index) => features[index]?.special === false);

const ofWords = ({ words }: Pick<TextExplanation, "words">): readonly number[] =>
  words.map(({ attribution }) => attribution);

const LETTER = /\p{L}/u;

/** Tokens beyond the first of every word that has a letter: none of a word that the tokenizer knows whole. */
export function extraTokens(features: readonly TokenFeature[]): number[] {
  const counts = new Map<number, { tokens: number; isWord: boolean }>();
  for (const { word, text } of features) {
    if (word === null) continue;
    const known = counts.get(word) ?? { tokens: 0, isWord: false };
    known.tokens++;
    known.isWord ||= LETTER.test(text);
    counts.set(word, known);
  }
  return [...counts.values()].flatMap(({ tokens, isWord }) => (isWord ? [tokens - 1] : []));
}

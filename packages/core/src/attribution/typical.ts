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

/** Words of a text as they are counted: runs of letters, in lower case. */
export const plainWords = (text: string): readonly string[] =>
  text.toLowerCase().match(/\p{L}[\p{L}\p{M}'\u2019]*/gu) ?? [];

/** The words that make up most of a model's texts, and how much of them that is. */
export interface CommonWords {
  readonly words: readonly string[];
  /** Share of all words of these texts that are among them. */
  readonly share: number;
}

/** How many words are kept: in most languages they are half of all that is written, and say little of what it is about. */
const COMMON = 100;

/** The most frequent words of texts; undefined where there are too few to tell. */
export function commonWords(texts: readonly string[]): CommonWords | undefined {
  const counts = new Map<string, number>();
  for (const word of texts.flatMap(plainWords)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (all < 10 * COMMON) return undefined;
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, COMMON);
  const held = ranked.reduce((sum, [, count]) => sum + count, 0);
  return { words: ranked.map(([word]) => word), share: Number((held / all).toFixed(4)) };
}

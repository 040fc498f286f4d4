/** @file How hard a text is to read, by published formulas over sentences, words and syllables. */

/** Sentences end at a full stop, a question mark, an exclamation mark or a line end; what has no letters is none. */
const sentencesOf = (text: string): string[] => text.split(/(?<=[.?!])\s+|\n+/).filter((part) => /\p{L}/u.test(part));

const wordsOf = (text: string): string[] => text.match(/\p{L}[\p{L}'’-]*/gu) ?? [];

/** Groups of vowels; in English a silent e at the end is none. */
function syllablesOf(word: string, language: "en" | "de"): number {
  const lower = word.toLowerCase();
  const spoken = language === "en" ? lower.replace(/(?<=[^aeiouyl])e(?:s|d)?$/, "") : lower;
  const groups = spoken.match(language === "en" ? /[aeiouy]+/g : /[aeiouyäöü]+/g) ?? [];
  return Math.max(1, groups.length);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The school year in which an English text is understood (Flesch-Kincaid grade level; Kincaid, Fishburne, Rogers and Chissom
 * 1975): 0.39 words per sentence + 11.8 syllables per word - 15.59.
 */
export function fleschKincaidGrade(text: string): number {
  const words = wordsOf(text);
  const syllables = words.map((word) => syllablesOf(word, "en"));
  return 0.39 * (words.length / sentencesOf(text).length) + 11.8 * mean(syllables) - 15.59;
}

/**
 * The school year in which a German text is understood (first Vienna formula for non-fiction; Bamberger and Vanecek 1984):
 * 0.1935 MS + 0.1672 SL + 0.1297 IW - 0.0327 ES - 0.875, with the shares in percent of words of three syllables and more, of
 * more than six letters, of one syllable, and SL words per sentence.
 */
export function viennaGrade(text: string): number {
  const words = wordsOf(text);
  const syllables = words.map((word) => syllablesOf(word, "de"));
  const percent = (test: (index: number) => boolean) => 100 * mean(words.map((_, i) => (test(i) ? 1 : 0)));
  const many = percent((i) => (syllables[i] as number) >= 3);
  const long = percent((i) => (words[i] as string).length > 6);
  const single = percent((i) => syllables[i] === 1);
  return 0.1935 * many + 0.1672 * (words.length / sentencesOf(text).length) + 0.1297 * long - 0.0327 * single - 0.875;
}

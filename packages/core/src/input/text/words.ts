/**
 * @file What a word is: groups the tokens of a text as a reader would, whatever the tokenizer's own idea of a word.
 *
 * 1. White space ends a word.
 * 2. Letters, digits and their marks are one word; single apostrophes, hyphens and underscores inside it do not split
 *    it ("can't", "well-made", "rock'n'roll"), nor do points and commas inside a number ("1,000.5"), nor the slashes
 *    and points of Ethiopic abbreviations ("ዶ/ር", doctor; "ዓ.ም", A.D.).
 * 3. Every other sign is a word of its own ("(", "#", "$"); the same sign repeated is one ("...", "!!!"), and so is an
 *    emoji with everything that is joined to it.
 * 4. English endings that a corpus writes apart are one word ("film 's"; "ca n't" by rule 2).
 * 5. Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are split by
 *    Intl.Segmenter; where the platform lacks it, by the tokens.
 * 6. A token is never split: words that share a token become one.
 */

import type { Word } from "../features.ts";

/** Part of a text in UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Words, and for each token the index of its word. */
export interface GroupedWords {
  readonly words: readonly Word[];
  readonly wordOf: readonly number[];
}

/** Splits a run of a script without spaces into words; returns them in order. */
export type RunSplitter = (run: string) => Iterable<string>;

/** What belongs to the sign before it: marks, joiners and other invisible signs, but not the zero-width space. */
const EXTENSION = String.raw`(?:\p{M}|(?!\u200b)\p{Cf})`;
const SPACELESS = String.raw`(?:(?=[\p{L}\p{N}\p{M}])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Mymr}]${EXTENSION}*)`;
const LETTER = String.raw`(?:(?!${SPACELESS})[\p{L}\p{N}]${EXTENSION}*)`;
/** Apostrophes, hyphens, underscore, Catalan middle dot, Hebrew geresh and gershayim. */
const INSIDE_WORD = String.raw`['’\-‐‑_·׳״](?=${LETTER})`;
const INSIDE_NUMBER = String.raw`(?<=\p{Nd})[.,](?=\p{Nd})`;
/**
 * After one letter, which a preposition or article written as one letter (የ, በ, ለ, ከ) may precede: a slash before any
 * word, a point before one letter. "ወንድ/ሴት" (man or woman) stays two words.
 */
const ETHIOPIC = String.raw`(?:(?=\p{L})\p{Script=Ethiopic})`;
const INSIDE_ABBREVIATION = String.raw`(?<=(?<![\p{L}\p{N}\p{M}])[የበለከ]?${ETHIOPIC})(?:\/(?=${ETHIOPIC})|\.(?=${ETHIOPIC}(?!\p{L})))`;
const WORD = `${LETTER}+(?:(?:${INSIDE_WORD}|${INSIDE_NUMBER}|${INSIDE_ABBREVIATION})${LETTER}+)*`;
const ENDING = String.raw`(?<!\S)['’](?:s|d|m|ll|re|ve)(?![\p{L}\p{N}])`;
const PICTURE = String.raw`\p{Extended_Pictographic}(?:${EXTENSION}|\p{EMod})*`;
const EMOJI = String.raw`(?:\p{RI}\p{RI}|${PICTURE}(?:(?<=\u200d)${PICTURE})*)`;
const SIGN = String.raw`(?<sign>${EMOJI}|\S${EXTENSION}*)\k<sign>*`;
/** Characters given to a splitter at once: the time of Intl.Segmenter grows with the square of the length (Node 20). */
const LONGEST_RUN = 500;
const PIECE = new RegExp(`${ENDING}|(?<spaceless>${SPACELESS}{1,${LONGEST_RUN}})|${WORD}|${SIGN}`, "gsu");
const CHARACTER = new RegExp(String.raw`\S${EXTENSION}*`, "gsu");

/**
 * Groups tokens into words.
 *
 * @param spans - What each token covers; each begins and ends at a character that is not white space.
 * @param split - Splitter of scripts without spaces. Default: Intl.Segmenter, or single characters without it.
 */
export function groupWords(
  text: string,
  spans: readonly Span[],
  split: RunSplitter = platformSplitter(),
): GroupedWords {
  const pieces = splitPieces(text, split);
  const reached = new Uint8Array(pieces.length);
  const joinedToNext = new Uint8Array(pieces.length);
  const pieceOf = spans.map(({ start, end }) => {
    const first = lastStartingBefore(pieces, start + 1);
    const last = lastStartingBefore(pieces, end);
    reached.fill(1, first, last + 1);
    joinedToNext.fill(1, first, last);
    return first;
  });

  const words: Word[] = [];
  const wordOfPiece: number[] = [];
  for (let first = 0; first < pieces.length; ) {
    let last = first;
    while (joinedToNext[last] === 1) last++;
    for (let piece = first; piece <= last; piece++) wordOfPiece.push(words.length);
    if (reached[first] === 1) {
      const { start } = pieces[first] as Span;
      const { end } = pieces[last] as Span;
      words.push({ text: text.slice(start, end), start, end });
    }
    first = last + 1;
  }
  return { words, wordOf: pieceOf.map((piece) => wordOfPiece[piece] as number) };
}

/** Intl.Segmenter where there is one, else single characters, which tokens then join. The locale is fixed: results must not depend on the user's. */
function platformSplitter(): RunSplitter {
  if (typeof Intl === "undefined" || !("Segmenter" in Intl)) return splitCharacters;
  let segmenter: Intl.Segmenter | undefined; // made when first needed: most texts do not
  return (run) => {
    segmenter ??= new Intl.Segmenter("en", { granularity: "word" });
    return Array.from(segmenter.segment(run), ({ segment }) => segment);
  };
}

/** Single characters with their marks. */
export const splitCharacters: RunSplitter = (run) => run.match(CHARACTER) ?? [];

/** Pieces of a text by the rules above, tokens aside: together they hold every character that is not white space. */
function splitPieces(text: string, split: RunSplitter): readonly Span[] {
  const pieces: Span[] = [];
  for (const { 0: piece, index, groups } of text.matchAll(PIECE)) {
    let start = index;
    for (const part of groups?.spaceless === undefined ? [piece] : split(piece)) {
      if (part.length > 0) pieces.push({ start, end: start + part.length });
      start += part.length;
    }
  }
  return pieces;
}

/** Index of the last piece that starts before `offset`. */
function lastStartingBefore(pieces: readonly Span[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle] as Span).start < offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

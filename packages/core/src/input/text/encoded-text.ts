/** @file From the tokens of any tokenizer library to an encoded text: fits them into the model, finds what each shows and its word. */

import { InputError } from "../../errors.ts";
import type { TokenFeature, Word } from "../features.ts";
import type { EncodedText } from "./tokenizer.ts";
import { keptLengths } from "./truncation.ts";
import { groupWords, type Span } from "./words.ts";

/** A token as a library gives it. */
export interface RawToken {
  readonly id: number;
  readonly typeId: number;
  /** Its text in the vocabulary. */
  readonly name: string;
  /** Which of the texts it is part of; null for tokens that the tokenizer added. */
  readonly sequence: number | null;
  /** What it covers in its own text, UTF-16. May include white space, or be empty. */
  readonly start: number;
  readonly end: number;
}

/** A token of this name alone says that a word begins; libraries may give it the first character of the word. */
const WORD_START = "\u2581";
/** Between the texts of a pair. */
const SEPARATOR = "\n";

/** @throws {InputError} When there is nothing to encode in one of the texts. */
export function checkTexts(texts: readonly string[]): void {
  const empty = texts.findIndex((text) => text.trim() === "");
  if (empty < 0) return;
  const which = texts.length === 1 ? "the text" : `the ${empty === 0 ? "first" : "second"} text of the pair`;
  throw new InputError(`Cannot read ${which}: it is empty; give at least one word`);
}

/**
 * Assembles the tokens of one text, or of a pair, into what a model is given.
 *
 * @param tokens - All tokens in order, untruncated.
 * @param maxLength - Most tokens that the model reads, special ones included.
 * @param side - Which end of a text that is too long is cut off.
 * @throws {InputError} When no token stands for a part of the text, or the limit leaves no room for one.
 */
export function assembleEncodedText(
  texts: readonly string[],
  tokens: readonly RawToken[],
  maxLength: number,
  side: "left" | "right" = "right",
): EncodedText {
  const visible = visibleSpans(texts, tokens);
  const kept = fittingTokens(tokens, texts.length, maxLength, side);
  const bases = texts.map((_, sequence) => (sequence === 0 ? 0 : (texts[0] as string).length + SEPARATOR.length));

  const words: Word[] = [];
  const wordOf = new Map<number, number>();
  let keptCharacters = 0;
  texts.forEach((whole, sequence) => {
    const own = kept.filter((token) => tokens[token]?.sequence === sequence);
    const spans = own.map((token) => visible[token] as Span);
    const readTo = spans.reduce((end, span) => Math.max(end, span.end), 0);
    const isCut = side === "left" && kept.length < tokens.length;
    const readFrom = isCut ? spans.reduce((start, span) => Math.min(start, span.start), readTo) : 0;
    // Of a word that is cut by the limit, only the part that the model reads is shown.
    const grouped = groupWords(
      whole.slice(readFrom, readTo),
      spans.map(({ start, end }) => ({ start: start - readFrom, end: end - readFrom })),
    );
    own.forEach((token, index) => {
      wordOf.set(token, words.length + (grouped.wordOf[index] as number));
    });
    const base = (bases[sequence] as number) + readFrom;
    for (const { text, start, end } of grouped.words) words.push({ text, start: start + base, end: end + base });
    keptCharacters += readTo - readFrom;
  });

  let cursor = 0;
  const features = kept.map((index): TokenFeature => {
    const { name, sequence } = tokens[index] as RawToken;
    if (sequence === null) return { text: name, start: cursor, end: cursor, special: true, word: null };
    const { start, end } = visible[index] as Span;
    const base = bases[sequence] as number;
    cursor = base + end;
    return {
      text: (texts[sequence] as string).slice(start, end),
      start: base + start,
      end: base + end,
      special: false,
      word: wordOf.get(index) as number,
    };
  });

  return {
    text: texts.join(SEPARATOR),
    ids: kept.map((index) => (tokens[index] as RawToken).id),
    typeIds: kept.map((index) => (tokens[index] as RawToken).typeId),
    features,
    words,
    ...(kept.length === tokens.length
      ? {}
      : {
          truncated: {
            keptTokens: kept.length,
            totalTokens: tokens.length,
            keptCharacters,
            kept: side === "left" ? "end" : "beginning",
          },
        }),
  };
}

/**
 * What each token shows: its characters without white space around them. A token of white space alone, or of no
 * character of its own (a word-start mark), shows what the next token of its text shows, or the last one where none
 * follows.
 */
function visibleSpans(texts: readonly string[], tokens: readonly RawToken[]): readonly (Span | undefined)[] {
  const spans = tokens.map(({ name, sequence, start, end }) => {
    if (sequence === null || name === WORD_START) return undefined;
    const covered = (texts[sequence] as string).slice(start, end);
    const length = covered.trim().length;
    const leading = covered.length - covered.trimStart().length;
    return length === 0 ? undefined : { start: start + leading, end: start + leading + length };
  });
  const borrow = (order: readonly number[]) => {
    const nearest: (Span | undefined)[] = [];
    for (const index of order) {
      const sequence = tokens[index]?.sequence;
      if (sequence == null) continue;
      if (spans[index] === undefined) spans[index] = nearest[sequence];
      else nearest[sequence] = spans[index];
    }
  };
  borrow([...tokens.keys()].reverse());
  borrow([...tokens.keys()]);
  texts.forEach((text, sequence) => {
    if (tokens.some((token, index) => token.sequence === sequence && spans[index] !== undefined)) return;
    throw new InputError(
      `Cannot read the text: none of its ${text.length} characters is kept by the model's tokenizer; give a text with words`,
    );
  });
  return spans;
}

/** Indices of the tokens that fit: special ones all, of each text the beginning, or the end. */
function fittingTokens(
  tokens: readonly RawToken[],
  sequences: number,
  maxLength: number,
  side: "left" | "right",
): readonly number[] {
  const all = [...tokens.keys()];
  if (tokens.length <= maxLength) return all;
  const lengths = Array.from(
    { length: sequences },
    (_, sequence) => tokens.filter((token) => token.sequence === sequence).length,
  );
  const room = maxLength - tokens.filter((token) => token.sequence === null).length;
  if (room < sequences) {
    throw new InputError(
      `Cannot read the text: the model reads ${maxLength} tokens, and its special tokens leave no room for others; use another model`,
    );
  }
  const kept = keptLengths(lengths, room);
  const passed = lengths.map(() => 0);
  return all.filter((index) => {
    const sequence = tokens[index]?.sequence;
    if (sequence == null) return true;
    const place = passed[sequence] as number;
    passed[sequence] = place + 1;
    const count = kept[sequence] as number;
    return side === "right" ? place < count : place >= (lengths[sequence] as number) - count;
  });
}

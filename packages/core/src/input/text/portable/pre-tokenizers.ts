/** @file The pre-tokenizers of tokenizer.json, with alignment: the pieces of a text that the vocabulary is looked up for. */

import { own } from "../../../util/own.ts";
import { type AlignedText, literally, mapped, matchesIn, plain, type Range } from "./aligned-text.ts";
import { type JsonPart, partsOf, patternOf, typeOf, unsupported } from "./json-part.ts";
import { prepended } from "./normalizers.ts";

/** Splits pieces further; `isFirst` tells the piece that begins the text. */
export type PreTokenizer = (piece: AlignedText, isFirst: boolean) => readonly AlignedText[];

/** What becomes of the places where a pattern matches. */
type Behavior = "removed" | "isolated" | "mergedwithprevious" | "mergedwithnext" | "contiguous";

const ASCII_PUNCTUATION = "!-\\/:-@\\[-`{-~";
const PUNCTUATION = new RegExp(`[${ASCII_PUNCTUATION}\\p{P}]`, "gu");
const SPACE = /\p{White_Space}/gu;
/** Words, or signs: \w of the regular expressions of Rust. */
const WORD_CHARS = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d";
const WORDS = new RegExp(`[${WORD_CHARS}]+|[^${WORD_CHARS}\\p{White_Space}]+`, "gu");
/** The pattern of GPT-2; \s of Rust is white space of Unicode. */
const GPT2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

type Maker = (part: JsonPart) => PreTokenizer;

const MAKERS: Readonly<Record<string, Maker>> = {
  BertPreTokenizer: () => (piece) =>
    split(piece, SPACE, "removed").flatMap((word) => split(word, PUNCTUATION, "isolated")),
  ByteLevel: byteLevel,
  Digits: (part) => (piece) => split(piece, /\p{N}/gu, part.individual_digits === true ? "isolated" : "contiguous"),
  Metaspace: metaspace,
  Punctuation: (part) => (piece) => split(piece, PUNCTUATION, behaviorOf(part, "isolated")),
  Sequence: (part) => {
    const steps = partsOf(part, "pretokenizers").map(createPreTokenizer);
    return (piece, isFirst) =>
      steps.reduce<readonly AlignedText[]>(
        (pieces, step) => pieces.flatMap((each, index) => step(each, isFirst && index === 0)),
        [piece],
      );
  },
  Split: (part) => {
    const pattern = patternOf(part, literally);
    return (piece) => split(piece, pattern, behaviorOf(part, "removed"), part.invert === true);
  },
  Whitespace: () => (piece) => split(piece, WORDS, "removed", true),
  WhitespaceSplit: () => (piece) => split(piece, SPACE, "removed"),
};

/** @throws {CheckpointError} For a kind that is not known here; lists those that are. */
export function createPreTokenizer(part: JsonPart): PreTokenizer {
  const maker = own(MAKERS, typeOf(part));
  if (maker === undefined) throw unsupported("pre_tokenizer", part, Object.keys(MAKERS));
  return maker(part);
}

const behaviorOf = ({ behavior }: JsonPart, fallback: Behavior): Behavior =>
  typeof behavior === "string" ? (behavior.toLowerCase() as Behavior) : fallback;

/** A range and whether it matched. */
type Cut = Range & { readonly isMatch: boolean };

/** The pieces that the matches of a pattern cut a text into; none is empty. */
function split(text: AlignedText, pattern: RegExp, behavior: Behavior, invert = false): readonly AlignedText[] {
  const cuts: Cut[] = [];
  let position = 0;
  for (const { start, end } of matchesIn(text, pattern)) {
    if (start > position) cuts.push({ start: position, end: start, isMatch: invert });
    cuts.push({ start, end, isMatch: !invert });
    position = end;
  }
  if (position < text.length) cuts.push({ start: position, end: text.length, isMatch: invert });
  return joined(cuts, behavior).map(({ start, end }) => text.slice(start, end));
}

function joined(cuts: readonly Cut[], behavior: Behavior): readonly Cut[] {
  if (behavior === "isolated") return cuts;
  if (behavior === "removed") return cuts.filter(({ isMatch }) => !isMatch);
  const result: Cut[] = [];
  for (const cut of cuts) {
    const last = result.at(-1);
    const joins =
      last !== undefined &&
      (behavior === "contiguous"
        ? last.isMatch === cut.isMatch
        : behavior === "mergedwithprevious"
          ? cut.isMatch && !last.isMatch
          : last.isMatch && !cut.isMatch);
    if (!joins) result.push(cut);
    else if (behavior === "contiguous") result[result.length - 1] = { ...last, end: cut.end };
    // What was merged once takes no second match.
    else result[result.length - 1] = { start: last.start, end: cut.end, isMatch: behavior === "mergedwithprevious" };
  }
  return result;
}

function metaspace(part: JsonPart): PreTokenizer {
  const mark = typeof part.replacement === "string" ? part.replacement : "\u2581";
  const scheme = part.prepend_scheme ?? (part.add_prefix_space === false ? "never" : "always");
  const pattern = literally(mark);
  return (piece, isFirst) => {
    const marked = mapped(piece, (char) => (char === " " ? mark : char));
    const wants = scheme === "always" || (scheme === "first" && isFirst);
    const whole = wants && marked[0]?.char !== mark ? prepended(marked, mark) : marked;
    return part.split === false ? [whole] : split(whole, pattern, "mergedwithnext");
  };
}

function byteLevel(part: JsonPart): PreTokenizer {
  const alphabet = byteAlphabet();
  const encoder = new TextEncoder();
  const asBytes = (char: string) => Array.from(encoder.encode(char), (byte) => alphabet[byte]).join("");
  return (piece) => {
    const whole = part.add_prefix_space !== false && !plain(piece).startsWith(" ") ? prepended(piece, " ") : piece;
    const pieces = part.use_regex === false ? [whole] : split(whole, GPT2, "isolated");
    return pieces.map((each) => mapped(each, asBytes));
  };
}

/** The 256 visible characters that GPT-2 writes bytes as. */
function byteAlphabet(): readonly string[] {
  const isVisible = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : next++));
}

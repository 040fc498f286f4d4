/** @file The normalisers of tokenizer.json, with alignment: what the native library does to a text before it is split. */

import { CheckpointError } from "../../../errors.ts";
import { own } from "../../../util/own.ts";
import { type AlignedChar, type AlignedText, filtered, literally, mapped, matchesIn, plain } from "./aligned-text.ts";
import { applyCharsmap, parseCharsmap } from "./charsmap.ts";
import { type JsonPart, partsOf, patternOf, stringOf, typeOf, unsupported } from "./json-part.ts";

export type Normalizer = (text: AlignedText) => AlignedText;

const SPACE = /^\p{White_Space}$/u;
const NONSPACING = /^\p{Mn}$/u;
const MARK = /^\p{M}$/u;
const CONTROL = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}]$/u;
/** The blocks of Chinese characters that BERT sets spaces around (google-research/bert, tokenization.py). */
const CHINESE =
  /^[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]$/u;

const lowercase: Normalizer = (text) => mapped(text, (char) => char.toLowerCase());

type Maker = (part: JsonPart) => Normalizer;

const MAKERS: Readonly<Record<string, Maker>> = {
  BertNormalizer: bert,
  Lowercase: () => lowercase,
  NFC: () => (text) => composed(text, "NFC", "NFD"),
  NFD: () => (text) => decomposed(text, "NFD"),
  NFKC: () => (text) => composed(text, "NFKC", "NFKD"),
  NFKD: () => (text) => decomposed(text, "NFKD"),
  Precompiled: (part) => {
    const map = parseCharsmap(typeof part.precompiled_charsmap === "string" ? part.precompiled_charsmap : "");
    return (text) => applyCharsmap(text, map);
  },
  Prepend: (part) => (text) => prepended(text, stringOf(part.prepend)),
  Replace: (part) => {
    const pattern = patternOf(part, literally);
    const content = Array.from(stringOf(part.content));
    return (text) => replaced(text, pattern, content);
  },
  Sequence: (part) => {
    const steps = partsOf(part, "normalizers").map(createNormalizer);
    return (text) => steps.reduce((result, step) => step(result), text);
  },
  Strip: (part) => (text) => stripped(text, part.strip_left !== false, part.strip_right !== false),
  StripAccents: () => (text) => filtered(text, (char) => !MARK.test(char)),
};

/** @throws {CheckpointError} For a kind that is not known here; lists those that are. */
export function createNormalizer(part: JsonPart): Normalizer {
  const maker = own(MAKERS, typeOf(part));
  if (maker === undefined) throw unsupported("normalizer", part, Object.keys(MAKERS));
  return maker(part);
}

function bert(part: JsonPart): Normalizer {
  const lower = part.lowercase !== false;
  const strip = typeof part.strip_accents === "boolean" ? part.strip_accents : lower;
  const steps: Normalizer[] = [];
  if (part.clean_text !== false) {
    const kept = (char: string) => /[\t\n\r]/.test(char) || !(char === "\0" || char === "\ufffd" || CONTROL.test(char));
    steps.push((text) => mapped(filtered(text, kept), (char) => (SPACE.test(char) ? " " : char)));
  }
  if (part.handle_chinese_chars !== false) {
    steps.push((text) => mapped(text, (char) => (CHINESE.test(char) ? ` ${char} ` : char)));
  }
  if (strip) steps.push((text) => filtered(decomposed(text, "NFD"), (char) => !NONSPACING.test(char)));
  if (lower) steps.push(lowercase);
  return (text) => steps.reduce((result, step) => step(result), text);
}

type Decomposition = "NFD" | "NFKD";

/** Every character in its parts. Marks that change places leave their ranges behind, as in the native library. */
function decomposed(text: AlignedText, form: Decomposition): AlignedText {
  const parts = mapped(text, (char) => char.normalize(form));
  const ordered = Array.from(plain(parts).normalize(form));
  return parts.map((part, index) => ({ ...part, char: ordered[index] as string }));
}

/** Characters composed again: each stands for what its first part stands for, as in the native library. */
function composed(text: AlignedText, form: "NFC" | "NFKC", decomposition: Decomposition): AlignedText {
  const whole = plain(text).normalize(form);
  if (whole === plain(text)) return text;
  const parts = decomposed(text, decomposition);
  let position = 0;
  return Array.from(whole, (char) => {
    const from = parts[Math.min(position, parts.length - 1)] as AlignedChar;
    position += Array.from(char.normalize(decomposition)).length;
    return { char, start: from.start, end: from.end };
  });
}

/** Text set before a text that is not empty; it stands for the first character. */
export function prepended(text: AlignedText, content: string): AlignedText {
  const [first] = text;
  return first === undefined ? text : [...Array.from(content, (char) => ({ ...first, char })), ...text];
}

function replaced(text: AlignedText, pattern: RegExp, content: readonly string[]): AlignedText {
  const result: AlignedChar[] = [];
  let position = 0;
  for (const { start, end } of matchesIn(text, pattern)) {
    const last = text[end - 1];
    if (last === undefined) throw new CheckpointError("Cannot replace a part of the text: it is empty");
    for (const each of text.slice(position, start)) result.push(each);
    for (const char of content) result.push({ ...last, char });
    position = end;
  }
  return [...result, ...text.slice(position)];
}

function stripped(text: AlignedText, left: boolean, right: boolean): AlignedText {
  const isText = ({ char }: AlignedChar) => !SPACE.test(char);
  const start = left ? text.findIndex(isText) : 0;
  const end = right ? text.findLastIndex(isText) + 1 : text.length;
  return start < 0 ? [] : text.slice(start, end);
}

/**
 * @file Text that remembers where its characters come from: what normalisation and splitting keep of a text, with the
 * rules of Hugging Face's NormalizedString, so that offsets are those of the native library.
 */

/** One code point and the range of the original text that it stands for, UTF-16. */
export interface AlignedChar {
  readonly char: string;
  readonly start: number;
  readonly end: number;
}

export type AlignedText = readonly AlignedChar[];

/** The code points of a text; halves of surrogate pairs are read as the replacement character. */
export function alignedText(text: string): AlignedText {
  let offset = 0;
  return Array.from(text, (char) => {
    const start = offset;
    offset += char.length;
    return { char: /[\ud800-\udfff]/u.test(char) ? "\ufffd" : char, start, end: offset };
  });
}

export const plain = (text: AlignedText): string => text.map(({ char }) => char).join("");

/**
 * A character of a changed text: 0 takes the place of the next old character, 1 is added after the one before, -n takes
 * the place of the next old character and drops the n that follow it.
 */
export type Change = readonly [char: string, change: number];

/** @param dropped - Old characters that are dropped before the first change. */
export function transform(text: AlignedText, changes: readonly Change[], dropped = 0): AlignedText {
  let position = dropped;
  const last = text.at(-1);
  return changes.map(([char, change]) => {
    const from = change > 0 ? text[position - 1] : (text[position] ?? last);
    if (change <= 0) position += 1 - change;
    return { char, start: from?.start ?? 0, end: from?.end ?? 0 };
  });
}

/** The characters that are wanted. */
export const filtered = (text: AlignedText, isWanted: (char: string) => boolean): AlignedText =>
  text.filter(({ char }) => isWanted(char));

/** Every character replaced by any number of characters that stand for the same range. */
export const mapped = (text: AlignedText, replace: (char: string) => string): AlignedText =>
  text.flatMap((each) => {
    const replaced = replace(each.char);
    return replaced === each.char ? [each] : Array.from(replaced, (char) => ({ ...each, char }));
  });

/** A part of a text, in characters. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where a regular expression (flags g and u) matches, in characters; matches of nothing are left out. */
export function matchesIn(text: AlignedText, pattern: RegExp): Range[] {
  const whole = plain(text);
  const places = new Map<number, number>();
  let offset = 0;
  text.forEach(({ char }, index) => {
    places.set(offset, index);
    offset += char.length;
  });
  places.set(offset, text.length);
  return [...whole.matchAll(pattern)]
    .filter(([match]) => match !== "")
    .map((match) => ({
      start: places.get(match.index) as number,
      end: places.get(match.index + match[0].length) as number,
    }));
}

/** A fixed text as a pattern for `matchesIn`. */
export const literally = (text: string): RegExp =>
  new RegExp(text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replaceAll("\\-", "\\x2d"), "gu");

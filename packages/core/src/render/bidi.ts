/**
 * @file Visual order of the words of a line, for displays that place words themselves (SVG).
 *
 * A reduced form of the Unicode Bidirectional Algorithm (UAX #9): words are the smallest feature, a number goes on in the
 * direction of the letters before it, neutral text takes the direction of its neighbours where they agree (rules P2,
 * W2, W7, N1, N2, L2). The letters and digits inside a word are ordered by whoever draws the word.
 */
import { largest } from "../util/largest.ts";

export type Direction = "ltr" | "rtl";

const RTL = "\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}\\p{Script=Adlam}";
const FIRST_LETTER = new RegExp(`([${RTL}])|\\p{L}`, "u");

/** Whether a text has letters that run from right to left. */
export const hasRightToLeft = (text: string): boolean => new RegExp(`[${RTL}]`, "u").test(text);

/** The direction of a paragraph: that of its first letter; left to right when it has none. */
export function baseDirection(text: string): Direction {
  return FIRST_LETTER.exec(text)?.[1] === undefined ? "ltr" : "rtl";
}

/** The direction of each word's first letter or, for numbers, of the letters before; undefined for signs. */
function directionsOf(words: readonly string[], base: Direction): readonly (Direction | undefined)[] {
  let last = base;
  return words.map((word) => {
    const letter = FIRST_LETTER.exec(word);
    if (letter === null) return /\p{N}/u.test(word) ? last : undefined;
    last = letter[1] === undefined ? "ltr" : "rtl";
    return last;
  });
}

/** Indices of `words` in the order in which they stand from left to right. */
export function visualOrder(words: readonly string[], base: Direction): number[] {
  const own = directionsOf(words, base);
  const before: Direction[] = [];
  own.forEach((direction, i) => {
    before.push(direction ?? before[i - 1] ?? base);
  });
  const after: Direction[] = [];
  for (let i = own.length - 1; i >= 0; i--) after[i] = own[i] ?? after[i + 1] ?? base;
  const levels = own.map((direction, i) => {
    const resolved = direction ?? (before[i] === after[i] ? before[i]! : base);
    return base === "ltr" ? (resolved === "ltr" ? 0 : 1) : resolved === "rtl" ? 1 : 2;
  });
  const order = words.map((_, i) => i);
  for (let level = largest(levels, 0); level >= 1; level--) {
    for (let start = 0; start < order.length; start++) {
      if (levels[order[start]!]! < level) continue;
      let end = start;
      while (end < order.length && levels[order[end]!]! >= level) end++;
      for (const [i, word] of order.slice(start, end).reverse().entries()) order[start + i] = word;
      start = end;
    }
  }
  return order;
}

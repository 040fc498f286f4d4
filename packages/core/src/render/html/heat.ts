/** @file Levels as CSS classes: the same few classes for words, cells and patches, so that a script can repaint them. */

import { stepOf } from "../scale.ts";

/** Shades on each side of neutral. */
export const SHADES = 20;

/**
 * "p12 su": shade 12 of support, marked as supporting; "n12 op" of opposition; "u12 ma" where there is no sign; "" for
 * neutral. Underlines mark what is not too weak.
 */
export function heatClass(level: number, isSigned = true): string {
  const shade = Math.round(Math.min(1, Math.abs(level)) * SHADES);
  if (shade === 0 || Number.isNaN(shade)) return "";
  const [side, mark] = !isSigned ? ["u", "ma"] : level < 0 ? ["n", "op"] : ["p", "su"];
  return `${side}${shade}${stepOf(level) === 0 ? "" : ` ${mark}`}`;
}

/** @file Levels as CSS classes: the same few classes for words, cells and patches, so that a script can repaint them. */

import { stepOf } from "../scale.ts";

/** Shades on each side of neutral. */
export const SHADES = 20;

/** "p12 su": shade 12 of support, marked as supporting; "" for neutral. Underlines mark what is not too weak. */
export function heatClass(level: number): string {
  const shade = Math.round(Math.min(1, Math.abs(level)) * SHADES);
  if (shade === 0 || Number.isNaN(shade)) return "";
  const negative = level < 0;
  const mark = stepOf(level) === 0 ? "" : negative ? " op" : " su";
  return `${negative ? "n" : "p"}${shade}${mark}`;
}

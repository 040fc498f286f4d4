/** @file Columns of a terminal: wrapping painted text, padding, cutting. Knows nothing of explanations. */

import { columnsOf, flow } from "../flow.ts";
import { graphemesOf } from "../graphemes.ts";

const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Sets a text that has right-to-left letters apart, so that it does not reorder the numbers around it. */
export function isolate(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/** `text` cut to at most `columns`, with `mark` at the end when something was cut. */
export function truncate(text: string, columns: number, mark = "…"): string {
  if (columnsOf(text) <= columns) return text;
  const room = columns - columnsOf(mark);
  let kept = "";
  let used = 0;
  for (const grapheme of graphemesOf(text)) {
    const width = columnsOf(grapheme);
    if (used + width > room) break;
    kept += grapheme;
    used += width;
  }
  return kept + mark;
}

export const padEnd = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - columnsOf(text)));
export const padStart = (text: string, columns: number): string =>
  " ".repeat(Math.max(0, columns - columnsOf(text))) + text;

/** Text and how to paint it; undefined leaves it as it is. */
export interface Painted {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Lines of at most `columns` columns, each style painted once per line. */
export function flowPainted(pieces: readonly Painted[], columns: number): string[] {
  const lines = flow(
    pieces.map(({ text, paint }) => ({ text, style: paint ?? null })),
    columns,
  );
  return lines.map((line) => line.map(({ text, style }) => style?.(text) ?? text).join(""));
}

/** Lines of plain prose. */
export function wrap(text: string, columns: number): string[] {
  return flowPainted([{ text }], columns);
}

/** Two blocks of lines beside each other, the left one padded to `columns`. */
export function beside(left: readonly string[], right: readonly string[], columns: number, gap: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    right[i] === undefined ? (left[i] ?? "") : padEnd(left[i] ?? "", columns + gap) + right[i],
  );
}

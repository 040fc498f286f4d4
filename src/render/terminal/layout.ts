/** @file Columns of a terminal: widths of scripts and emoji, wrapping, padding. Knows nothing of explanations. */

import stringWidth from "string-width";
import { graphemesOf, isAscii } from "../graphemes.ts";
import { printable } from "../plain-text.ts";

/** Columns that a text takes; styling and isolates take none. */
export const columnsOf = (text: string): number => (isAscii(text) ? text.length : stringWidth(text));

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

/** Text in one style. */
export interface Piece {
  readonly text: string;
  readonly paint: (text: string) => string;
}

interface Atom extends Piece {
  readonly width: number;
  /** A line may end before this atom. */
  readonly breakable: boolean;
}

/** Graphemes of a piece, joined as long as no line may end between them: wide characters may be parted. */
function atomsOf({ text, paint }: Piece, previousWide: boolean): Atom[] {
  const atoms: { text: string; width: number; breakable: boolean; paint: Piece["paint"] }[] = [];
  let wide = previousWide;
  for (const grapheme of graphemesOf(text)) {
    const width = columnsOf(grapheme);
    const last = atoms.at(-1);
    const parted = width === 2 || wide;
    if (last === undefined || parted) atoms.push({ text: grapheme, width, breakable: parted, paint });
    else {
      last.text += grapheme;
      last.width += width;
    }
    wide = width === 2;
  }
  return atoms;
}

/** Unbreakable runs of atoms between white space, and line ends of the text itself. */
type Run = readonly Atom[] | "space" | "newline";

function runsOf(pieces: readonly Piece[]): Run[] {
  const runs: Run[] = [];
  let open: Atom[] = [];
  let wide = false;
  const close = () => {
    if (open.length > 0) runs.push(open);
    open = [];
    wide = false;
  };
  for (const { text, paint } of pieces) {
    for (const part of text.split(/(\r\n|[\n\r\u2028\u2029]|[^\S\n\r\u2028\u2029\u00a0]+)/)) {
      if (part === "") continue;
      if (/^[\n\r\u2028\u2029]/.test(part)) {
        close();
        runs.push("newline");
      } else if (/^[^\S\u00a0]+$/.test(part)) {
        close();
        runs.push("space");
      } else {
        const visible = printable(part);
        for (const atom of atomsOf({ text: visible, paint }, wide)) {
          if (atom.breakable) close();
          open.push(atom);
        }
        wide = columnsOf(graphemesOf(visible).at(-1) ?? "") === 2;
      }
    }
  }
  close();
  return runs;
}

/** Cuts a run that is wider than a line. */
function chop(run: readonly Atom[], columns: number): Atom[][] {
  const lines: Atom[][] = [[]];
  let used = 0;
  for (const atom of run) {
    for (const text of graphemesOf(atom.text)) {
      const width = columnsOf(text);
      if (used + width > columns && used > 0) {
        lines.push([]);
        used = 0;
      }
      lines.at(-1)!.push({ ...atom, text, width });
      used += width;
    }
  }
  return lines;
}

/** One painted line; neighbours of one style are painted together. */
function paintLine(atoms: readonly Piece[]): string {
  let line = "";
  for (let i = 0; i < atoms.length; ) {
    const { paint } = atoms[i]!;
    let text = "";
    while (i < atoms.length && atoms[i]!.paint === paint) text += atoms[i++]!.text;
    line += paint(text);
  }
  return line;
}

const plain = (text: string): string => text;

/**
 * Lines of at most `columns` columns, broken at white space, between wide characters, and inside a word only when
 * the word alone is wider than a line. Line ends in the text stay; runs of spaces become one.
 */
export function flow(pieces: readonly Piece[], columns: number): string[] {
  const lines: string[] = [];
  let line: Piece[] = [];
  let used = 0;
  let space = false;
  const end = () => {
    lines.push(paintLine(line));
    line = [];
    used = 0;
    space = false;
  };
  for (const run of runsOf(pieces)) {
    if (run === "newline") end();
    else if (run === "space") space = used > 0;
    else {
      const width = run.reduce((sum, atom) => sum + atom.width, 0);
      if (used > 0 && used + (space ? 1 : 0) + width > columns) end();
      if (space) {
        line.push({ text: " ", paint: plain });
        used++;
        space = false;
      }
      chop(run, columns).forEach((atoms, index) => {
        if (index > 0) end();
        line.push(...atoms);
        used += atoms.reduce((sum, atom) => sum + atom.width, 0);
      });
    }
  }
  if (used > 0) end();
  return lines;
}

/** Lines of plain prose. */
export function wrap(text: string, columns: number): string[] {
  return flow([{ text, paint: plain }], columns);
}

/** Two blocks of lines beside each other, the left one padded to `columns`. */
export function beside(left: readonly string[], right: readonly string[], columns: number, gap: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    right[i] === undefined ? (left[i] ?? "") : padEnd(left[i] ?? "", columns + gap) + right[i],
  );
}

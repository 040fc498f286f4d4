/** @file Breaks styled text into lines of a width in columns. Shared by the terminal and by SVG, which has no layout. */

import stringWidth from "string-width";
import { graphemesOf, isAscii } from "./graphemes.ts";
import { printable } from "./plain-text.ts";

/** Columns that a text takes: 2 for wide characters and emoji, 0 for accents; terminal styles take none. */
export const columnsOf = (text: string): number => (isAscii(text) ? text.length : stringWidth(text));

/** Text in one style. Neighbours with the same style object become one run. */
export interface Piece<Style> {
  readonly text: string;
  readonly style: Style;
}

/** Part of a line. */
export interface Run<Style> extends Piece<Style> {
  /** Width in columns. */
  readonly width: number;
}

/** A space between two pieces belongs to neither: it has no style. */
type Line<Style> = readonly Run<Style | null>[];

interface Atom<Style> extends Run<Style> {
  /** A line may end before this atom. */
  readonly breakable: boolean;
}

/** Word spaces, commas and stops of Ethiopic texts, which may have no white space at all (UAX #14: break after). */
const ETHIOPIC_MARK = /^[\u1361-\u1368]/;

/** Whether a line may end between two graphemes: beside wide characters, and after Ethiopic marks. */
function mayPart(previous: string, next: string): boolean {
  if (previous === "") return false;
  if (columnsOf(previous) === 2 || columnsOf(next) === 2) return true;
  return ETHIOPIC_MARK.test(previous) && !ETHIOPIC_MARK.test(next);
}

/** Graphemes of a piece, joined as long as no line may end between them. */
function atomsOf<Style>({ text, style }: Piece<Style>, before: string): Atom<Style>[] {
  const atoms: { text: string; width: number; breakable: boolean; style: Style }[] = [];
  let previous = before;
  for (const grapheme of graphemesOf(text)) {
    const width = columnsOf(grapheme);
    const last = atoms.at(-1);
    const parted = mayPart(previous, grapheme);
    if (last === undefined || parted) atoms.push({ text: grapheme, width, breakable: parted, style });
    else {
      last.text += grapheme;
      last.width += width;
    }
    previous = grapheme;
  }
  return atoms;
}

/** An unbreakable row of atoms, white space between two of them, or a line end of the text itself. */
type Chunk<Style> = readonly Atom<Style>[] | "space" | "newline";

function chunksOf<Style>(pieces: readonly Piece<Style>[]): Chunk<Style>[] {
  const chunks: Chunk<Style>[] = [];
  let open: Atom<Style>[] = [];
  let previous = "";
  const close = () => {
    if (open.length > 0) chunks.push(open);
    open = [];
    previous = "";
  };
  for (const { text, style } of pieces) {
    for (const part of text.split(/(\r\n|[\n\r\u2028\u2029]|[^\S\n\r\u2028\u2029\u00a0]+)/)) {
      if (part === "") continue;
      if (/^[\n\r\u2028\u2029]/.test(part)) {
        close();
        chunks.push("newline");
      } else if (/^[^\S\u00a0]+$/.test(part)) {
        close();
        chunks.push("space");
      } else {
        const visible = printable(part);
        for (const atom of atomsOf({ text: visible, style }, previous)) {
          if (atom.breakable) close();
          open.push(atom);
        }
        previous = graphemesOf(visible).at(-1) ?? "";
      }
    }
  }
  close();
  return chunks;
}

/** Cuts a row of atoms that is wider than a line. */
function chop<Style>(atoms: readonly Atom<Style>[], columns: number): Run<Style>[][] {
  const lines: Run<Style>[][] = [[]];
  let used = 0;
  for (const { text, style } of atoms) {
    for (const grapheme of graphemesOf(text)) {
      const width = columnsOf(grapheme);
      if (used + width > columns && used > 0) {
        lines.push([]);
        used = 0;
      }
      lines.at(-1)!.push({ text: grapheme, width, style });
      used += width;
    }
  }
  return lines;
}

function joined<Style>(runs: Line<Style>): Run<Style | null>[] {
  const line: { text: string; width: number; style: Style | null }[] = [];
  for (const { text, width, style } of runs) {
    const last = line.at(-1);
    if (last !== undefined && last.style === style) {
      last.text += text;
      last.width += width;
    } else line.push({ text, width, style });
  }
  return line;
}

const widthOf = (runs: readonly { readonly width: number }[]): number =>
  runs.reduce((sum, { width }) => sum + width, 0);

/**
 * Lines of at most `columns` columns, broken at white space, between wide characters, after Ethiopic marks, and inside a
 * word only when the word alone is wider than a line. Line ends in the text stay; runs of spaces become one; a line starts and ends
 * without a space.
 */
export function flow<Style>(pieces: readonly Piece<Style>[], columns: number): Line<Style>[] {
  const lines: Line<Style>[] = [];
  let line: Run<Style | null>[] = [];
  let used = 0;
  let space = false;
  const end = () => {
    lines.push(joined(line));
    line = [];
    used = 0;
    space = false;
  };
  for (const chunk of chunksOf(pieces)) {
    if (chunk === "newline") end();
    else if (chunk === "space") space = used > 0;
    else {
      const width = widthOf(chunk);
      if (used > 0 && used + (space ? 1 : 0) + width > columns) end();
      if (space) {
        line.push({ text: " ", width: 1, style: null });
        used++;
        space = false;
      }
      const parts: readonly (readonly Run<Style>[])[] = width > columns ? chop(chunk, columns) : [chunk];
      parts.forEach((part, index) => {
        if (index > 0) end();
        for (const run of part) line.push(run);
        used += widthOf(part);
      });
    }
  }
  if (used > 0) end();
  return lines;
}

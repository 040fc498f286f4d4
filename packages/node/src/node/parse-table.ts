/**
 * @file Rows of a table of text, cell by cell, and whether its fields are in quotes. Knows no names of columns.
 *
 * The cells are those of Python's csv module and of pandas (test/golden/tables.json); what these two mend in silence
 * (text after a closing quote, a quote that is never closed) is an error here, as it shifts the cells of all later rows.
 * csv-parse, papaparse and their like either mend it too, or do not say where the quote opened.
 */

import { InputError, quote } from "@calig/core/internal/errors";

/** One row of a table that is not blank. */
export interface TableRow {
  /** Line of the file that the row starts on, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * All rows of a table.
 *
 * Tab-separated tables may be written without quoting, so that quotes in them are text. Spreadsheets, pandas and
 * Python's csv put fields that hold quotes, tabs or line breaks into quotes, and double the quotes within; R puts all
 * texts into quotes. The content tells: a table is quoted when all of it can be read so, and it either has what nobody
 * writes otherwise or has fewer rows of another length than the first when it is read so.
 *
 * @param separator - Between cells; one character or several.
 * @throws {InputError} When quotes do not fit together; names the lines.
 */
export function parseTable(content: string, separator: string): TableRow[] {
  if (separator !== "\t") return [...tableRows(content, separator)];
  const plain = [...tableRows(content, separator, false)];
  if (!content.includes('"')) return plain;
  let quoted: TableRow[];
  try {
    quoted = [...tableRows(content, separator)];
  } catch {
    return plain;
  }
  const isQuoted =
    plain[0]?.cells.every(isInQuotes) || plain.some(({ cells }) => cells.some(hasDoubledQuotes)) || hasColumnIn(plain);
  return isQuoted || oddRows(quoted) < oddRows(plain) ? quoted : plain;
}

/** The first row of a table, or undefined where it has none. @throws {InputError} As `parseTable`. */
export function firstRow(content: string, separator: string): TableRow | undefined {
  const [row] = tableRows(content, separator);
  return row;
}

const BREAK = /\r\n|\n|\r/g;

/** Rows one by one. Blank lines are none: what a line of white space would be, without quotes, in a table of one column. */
function* tableRows(content: string, separator: string, quoting = true): Generator<TableRow> {
  let at = 0;
  let line = 1;
  while (at < content.length) {
    const row = { line, cells: [] as string[] };
    const start = at;
    const end = nextBreak(content, at);
    const first = content.slice(at, end);
    const isPlain = !quoting || !first.includes('"');
    if (isPlain) {
      row.cells = first.split(separator);
      at = end;
    }
    for (let more = !isPlain; more; ) {
      if (quoting && content[at] === '"') {
        const field = quotedField(content, at, line, separator);
        row.cells.push(field.text);
        line += breaksIn(content.slice(at, field.end));
        at = field.end;
      } else {
        const [cell = ""] = content.slice(at, nextBreak(content, at)).split(separator, 1);
        row.cells.push(cell);
        at += cell.length;
      }
      more = content.startsWith(separator, at);
      if (more) at += separator.length;
    }
    const isBlank = row.cells.length === 1 && content.slice(start, at).trim() === "";
    if (at < content.length) {
      at += content.startsWith("\r\n", at) ? 2 : 1;
      line++;
    }
    if (!isBlank) yield row;
  }
}

/** A field in quotes and where it ends. Blanks after the closing quote are part of the text, as Python and pandas have it. */
function quotedField(content: string, start: number, line: number, separator: string): { text: string; end: number } {
  let end = start + 1;
  for (;;) {
    end = content.indexOf('"', end);
    if (end < 0) {
      throw new InputError(
        `the quote that opens in line ${line} is never closed: close it, or double the quotes that are part of a text`,
      );
    }
    if (content[end + 1] !== '"') break;
    end += 2;
  }
  const inside = content.slice(start + 1, end).replaceAll('""', '"');
  const close = end++;
  while (content[end] === " " && !content.startsWith(separator, end)) end++;
  if (end < content.length && !content.startsWith(separator, end) && !/[\r\n]/.test(content[end] as string)) {
    const opened = line + breaksIn(content.slice(start, close));
    const rest = content.slice(end, Math.min(nextBreak(content, end), end + 20));
    throw new InputError(
      `line ${opened} goes on with ${quote(rest)} after a closing quote${opened === line ? "" : `, which opened in line ${line}`}: double the quotes that are part of a text, as in "She said ""no"""`,
    );
  }
  return { text: inside + content.slice(close + 1, end), end };
}

function nextBreak(content: string, from: number): number {
  BREAK.lastIndex = from;
  return BREAK.exec(content)?.index ?? content.length;
}

const breaksIn = (text: string): number => text.match(BREAK)?.length ?? 0;

const isInQuotes = (cell: string): boolean => cell.length >= 2 && cell.startsWith('"') && cell.endsWith('"');

/** Whether a cell is in quotes and every quote within it is doubled. */
function hasDoubledQuotes(cell: string): boolean {
  const inside = cell.slice(1, -1);
  return isInQuotes(cell) && inside.includes('""') && !inside.replaceAll('""', "").includes('"');
}

/** Whether a column has all its cells, besides its name, in quotes. */
const hasColumnIn = ([first, ...rows]: readonly TableRow[]): boolean =>
  rows.length > 0 && (first?.cells ?? []).some((_, i) => rows.every(({ cells }) => isInQuotes(cells[i] ?? "")));

const oddRows = ([first, ...rows]: readonly TableRow[]): number =>
  rows.filter(({ cells }) => cells.length !== first?.cells.length).length;

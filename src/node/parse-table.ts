/** @file Rows of a table of text, and whether its fields are in quotes. */

import { type Options, parse } from "csv-parse/sync";

/** One row of a table that is not blank. */
export interface TableRow {
  /** Line of the file that the row starts on, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** @throws {CsvError} When a comma-separated table has quotes that do not fit together. */
export const parseTable = (content: string, delimiter: "," | "\t"): TableRow[] =>
  delimiter === "\t" ? tabSeparated(content) : rowsOf(content, { delimiter, relax_quotes: true });

/**
 * Some tab-separated tables are written without quoting, so that quotes in them are text. Spreadsheets, pandas and
 * Python's csv put fields that hold quotes, tabs or line breaks into quotes, and double the quotes within; R puts all
 * texts into quotes. The content tells: a table is quoted when all of it can be read so, and it either has what nobody
 * writes otherwise or has fewer rows of another length than the first when it is read so.
 */
function tabSeparated(content: string): TableRow[] {
  const tabRows = (options: Options) =>
    rowsOf(content, { delimiter: "\t", record_delimiter: ["\r\n", "\n"], ...options }).filter((row) => !isBlank(row));
  const plain = tabRows({ quote: null });
  if (!content.includes('"')) return plain;
  let quoted: TableRow[];
  try {
    quoted = tabRows({});
  } catch {
    return plain;
  }
  const isQuoted = plain[0]?.cells.every(isInQuotes) || plain.some(({ cells }) => cells.some(hasDoubledQuotes));
  return isQuoted || oddRows(quoted) < oddRows(plain) ? quoted : plain;
}

function rowsOf(content: string, options: Options): TableRow[] {
  const relaxed: Options = { info: true, skip_empty_lines: true, relax_column_count: true, ...options };
  const rows = parse(content, relaxed) as unknown as { record: string[]; info: { lines: number } }[];
  return rows.map(({ record, info }) => {
    // `info.lines` is the line that the record ends on.
    const breaks = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
    return { line: info.lines - breaks, cells: record };
  });
}

const isBlank = ({ cells }: TableRow): boolean => cells.length === 1 && cells[0]?.trim() === "";

const isInQuotes = (cell: string): boolean => cell.length >= 2 && cell.startsWith('"') && cell.endsWith('"');

/** Whether a cell is in quotes and every quote within it is doubled. */
function hasDoubledQuotes(cell: string): boolean {
  const inside = cell.slice(1, -1);
  return isInQuotes(cell) && inside.includes('""') && !inside.replaceAll('""', "").includes('"');
}

const oddRows = ([first, ...rows]: readonly TableRow[]): number =>
  rows.filter(({ cells }) => cells.length !== first?.cells.length).length;

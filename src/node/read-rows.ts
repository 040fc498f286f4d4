/** @file Rows of a text file with the line each came from: JSON lines and tables. What cannot be read is an error of its row. */

import { readFile, stat } from "node:fs/promises";
import { type CsvError, type Options, parse } from "csv-parse/sync";
import type { TextInput } from "../attribution/text-input.ts";
import { InputError, quote, UsageError } from "../errors.ts";

/** One row of a file. */
export interface FileRow {
  /** Line of the file that the row starts on, from 1. */
  readonly line: number;
  /** Values by field or column; those of tables are texts. */
  readonly fields: Readonly<Record<string, unknown>> | InputError;
}

/**
 * @param purpose - For messages: "inputs", "a data set".
 * @param endings - The endings that such files have.
 * @throws {UsageError} When there is no such file.
 */
export async function checkFile(file: string, purpose: string, endings: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new UsageError(`Cannot read ${purpose} from ${quote(file)}: there is no such file`);
  if (found.isDirectory()) {
    throw new UsageError(
      `Cannot read ${purpose} from ${quote(file)}: it is a folder; give a file ending in ${endings}`,
    );
  }
}

/** All of a text file. @throws {InputError} When it is not UTF-8. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`Cannot read ${quote(file)}: it is not UTF-8 text; convert it first`, { cause });
  }
}

/** A row for each line that is not blank: an object, or a string as its field `text`. */
export function jsonRows(content: string): FileRow[] {
  return content.split(/\r?\n/).flatMap((source, i): FileRow[] => {
    if (source.trim() === "") return [];
    const line = i + 1;
    let value: unknown;
    try {
      value = JSON.parse(source);
    } catch (cause) {
      return [{ line, fields: new InputError("the line is not valid JSON", { cause }) }];
    }
    if (typeof value === "string") return [{ line, fields: { text: value } }];
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return [{ line, fields: new InputError('the line is not an object with field "text"') }];
    }
    return [{ line, fields: value as Record<string, unknown> }];
  });
}

/** Rows as the parser gives them, the names of the columns first. */
type Parsed = readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];

/**
 * Rows of a table whose first row names the columns.
 *
 * @throws {InputError} When it is no table, or lacks a required column.
 */
export function tableRows(
  content: string,
  file: string,
  delimiter: "," | "\t",
  required: readonly string[] = ["text"],
): FileRow[] {
  let rows: Parsed;
  try {
    rows = delimiter === "\t" ? parseTabs(content) : parseTable(content, { delimiter, relax_quotes: true });
  } catch (cause) {
    throw new InputError(`Cannot read ${quote(file)}: ${(cause as CsvError).message}`, { cause });
  }
  const header = rows[0]?.record.map((name) => name.trim()) ?? [];
  const missing = required.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new InputError(
      `Cannot read ${quote(file)}: its first line must name the columns, one of them ${missing.map(quote).join(", one ")}; it has ${header.map(quote).join(", ")}`,
    );
  }
  return rows.slice(1).map(({ record, info }) => {
    // `info.lines` is the line that the record ends on.
    const line = info.lines - record.reduce((breaks, field) => breaks + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
    const cells = header.flatMap((name, i) => (record[i] === undefined ? [] : [[name, record[i]] as const]));
    return { line, fields: Object.fromEntries(cells) };
  });
}

const parseTable = (content: string, options: Options): Parsed =>
  parse(content, { info: true, skip_empty_lines: true, relax_column_count: true, ...options }) as unknown as Parsed;

/**
 * Rows of a tab-separated table. Some are written without quoting, so that quotes in them are text; spreadsheets, pandas
 * and Python's csv put fields with quotes or line breaks into quotes, and double those within. The content tells: it
 * is quoted when it can be read so without exception, and either has fields that nobody writes otherwise or has fewer
 * rows of a wrong length than without quoting.
 */
function parseTabs(content: string): Parsed {
  const plain = parseTable(content, { delimiter: "\t", quote: null });
  if (!content.includes('"')) return plain;
  let quoted: Parsed;
  try {
    quoted = parseTable(content, { delimiter: "\t" });
  } catch {
    return plain;
  }
  const isQuoted = plain.some(({ record }) => record.some(isQuotedField));
  return isQuoted || raggedRows(quoted) < raggedRows(plain) ? quoted : plain;
}

/** Whether a field is in quotes, with something inside that needed them: a doubled quote or a line break. */
function isQuotedField(field: string): boolean {
  if (field.length < 2 || !field.startsWith('"') || !field.endsWith('"')) return false;
  const inside = field.slice(1, -1);
  return /""|[\r\n]/.test(inside) && !inside.replaceAll('""', "").includes('"');
}

const raggedRows = ([header, ...rows]: Parsed): number =>
  rows.filter(({ record }) => record.length !== header?.record.length).length;

/** The text and its pair, or what is wrong with them. */
export function textInput(text: unknown, pair: unknown): TextInput | InputError {
  if (typeof text !== "string") return new InputError('field "text" is missing or is not a text');
  if (text.trim() === "") return new InputError('field "text" is empty');
  if (pair !== undefined && typeof pair !== "string") return new InputError('field "pair" is not a text');
  return { text, ...(pair === undefined ? {} : { pair }) };
}

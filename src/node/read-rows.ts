/** @file Rows of a text file with the line each came from: JSON lines and tables. What cannot be read is an error of its row. */

import { readFile, stat } from "node:fs/promises";
import type { CsvError } from "csv-parse/sync";
import type { TextInput } from "../attribution/text-input.ts";
import { InputError, quote, UsageError } from "../errors.ts";
import { parseTable, type TableRow } from "./parse-table.ts";

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
  let rows: TableRow[];
  try {
    rows = parseTable(content, delimiter);
  } catch (cause) {
    throw new InputError(`Cannot read ${quote(file)}: ${(cause as CsvError).message}`, { cause });
  }
  const header = rows[0]?.cells.map((name) => name.trim()) ?? [];
  const missing = required.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new InputError(
      `Cannot read ${quote(file)}: its first line must name the columns, one of them ${missing.map(quote).join(", one ")}; it has ${header.map(quote).join(", ")}`,
    );
  }
  return rows.slice(1).map(({ line, cells }) => {
    const named = header.flatMap((name, i) => (cells[i] === undefined ? [] : [[name, cells[i]] as const]));
    return { line, fields: Object.fromEntries(named) };
  });
}

/** The text and its pair, or what is wrong with them. */
export function textInput(text: unknown, pair: unknown): TextInput | InputError {
  if (typeof text !== "string") return new InputError('field "text" is missing or is not a text');
  if (text.trim() === "") return new InputError('field "text" is empty');
  if (pair !== undefined && typeof pair !== "string") return new InputError('field "pair" is not a text');
  return { text, ...(pair === undefined ? {} : { pair }) };
}

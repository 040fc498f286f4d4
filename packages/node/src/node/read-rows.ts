/** @file Rows of a file of texts with the line each came from: JSON, tables, plain lines. What cannot be read is an error of its row. */

import type { TextInput } from "@calig/core/internal/attribution/input";
import { InputError, InvalidOptionError, quote } from "@calig/core/internal/errors";
import type { RowOptions, TextFile } from "@calig/core/internal/evaluation/dataset-layout";
import { largest } from "@calig/core/internal/util/largest";
import {
  COLUMN_OPTIONS,
  type Columned,
  type Columns,
  columnsNote,
  findColumns,
  isColumnName,
  OWN_COLUMNS,
} from "./columns.ts";
import type { FileRow } from "./file-row.ts";
import { jsonRecords } from "./json-rows.ts";
import { parseTable, type TableRow } from "./parse-table.ts";
import { excelSeparator, findSeparator, namesBy, separatorName, separatorOf } from "./separator.ts";

export const ROW_OPTIONS = [...COLUMN_OPTIONS, "separator"] as const;

/** The rows of a file, and which of their fields are what. */
export interface Records {
  readonly rows: readonly FileRow[];
  readonly columns: Columns;
  /** What the numbers of rows count. */
  readonly counted: "line" | "item";
  /** What a person should know of how the file was read. */
  readonly note?: string;
}

export const JSON_ENDINGS: readonly string[] = [".jsonl", ".ndjson", ".json"];
export const TABLE_ENDINGS: readonly string[] = [".csv", ".tsv", ".tab", ".psv"];

/** What separates cells in files of an ending, where nothing else is known. */
const USUAL: Readonly<Record<string, string>> = { ".tsv": "\t", ".tab": "\t", ".txt": "\t", ".psv": "|" };

/** Whether an option says how the cells or fields of a file are called or separated. */
export const asksForColumns = (options: RowOptions): boolean => ROW_OPTIONS.some((key) => options[key] !== undefined);

/**
 * The rows of a file.
 *
 * @param wanted - What for: "inputs" need no labels.
 * @throws {InputError} When the file as a whole cannot be read.
 * @throws {InvalidOptionError} When it has no such column, or no cells to separate.
 */
export function readRecords(file: TextFile, options: RowOptions, wanted: "inputs" | "data set"): Records {
  const { path, extension, content } = file;
  if (content.trim() === "") return { rows: [], columns: OWN_COLUMNS, counted: "line" };
  if (JSON_ENDINGS.includes(extension)) return jsonFile(file, options, wanted);
  if (extension === ".txt" && !isTable(file, options))
    return { rows: lineRows(content), columns: OWN_COLUMNS, counted: "line" };
  const excel = excelSeparator(content);
  const table = excel?.content ?? content;
  const separator =
    options.separator === undefined
      ? (excel?.separator ?? findSeparator(table, path, USUAL[extension] ?? ",", options))
      : separatorOf(options.separator);
  return tableFile(path, table, separator, options, wanted);
}

function jsonFile({ path, content }: TextFile, options: RowOptions, wanted: "inputs" | "data set"): Records {
  if (options.separator !== undefined) {
    throw new InvalidOptionError(
      `Cannot use a separator with ${quote(path)}: JSON has no cells to separate`,
      "separator",
      options.separator,
    );
  }
  const { rows, counted } = jsonRecords(content, path);
  const objects = rows.flatMap(({ fields }) => (fields instanceof InputError ? [] : [fields]));
  const names = [...new Set(objects.flatMap((fields) => Object.keys(fields)))];
  // Where nothing can be read, the rows say why.
  if (objects.length === 0 || names.length === 0) return { rows, columns: OWN_COLUMNS, counted };
  const fields: Columned = { file: path, names, kind: "fields", ...longestOf(names, objects) };
  const found = columnsOf(fields, options, wanted);
  const { id } = found.columns;
  if (id !== undefined && objects.some((fields) => isRounded(fields[id]))) {
    throw new InputError(
      `Cannot read ${quote(path)}: the ids in field ${quote(id)} have more digits than numbers of JSON keep; write them in quotes, or give --id-column "" to leave them out`,
    );
  }
  return { rows, counted, ...found };
}

function tableFile(
  path: string,
  content: string,
  separator: string,
  options: RowOptions,
  wanted: "inputs" | "data set",
): Records {
  let table: TableRow[];
  try {
    table = parseTable(content, separator);
  } catch (cause) {
    throw cause instanceof InputError ? new InputError(`Cannot read ${quote(path)}: ${cause.message}`) : cause;
  }
  const [header, ...others] = table;
  const names = header?.cells.map((name) => name.trim()) ?? [];
  const rows = others.map((row) => toRow(row, names, separator));
  const objects = rows.flatMap(({ fields }) => (fields instanceof InputError ? [] : [fields]));
  const columns: Columned = { file: path, names, kind: "columns", ...longestOf(names, objects) };
  return { rows, counted: "line", ...columnsOf(columns, options, wanted) };
}

/** Whether a number of JSON is another one than the file has: those above 2^53 are rounded. */
const isRounded = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

function columnsOf(columned: Columned, options: RowOptions, wanted: "inputs" | "data set") {
  const columns = findColumns(columned, options, wanted);
  const note = columnsNote(columned, columns, options);
  return { columns, ...(note === undefined ? {} : { note }) };
}

function toRow({ line, cells }: TableRow, names: readonly string[], separator: string): FileRow {
  if (cells.length !== names.length) {
    const has = `${plural(cells.length, "cell")} for ${plural(names.length, "column")}`;
    return { line, fields: new InputError(`${has}: ${raggedRemedy(cells, names.length, separator)}`), ragged: true };
  }
  if (names.length > 1 && cells.every((cell, i) => cell.trim() === names[i])) {
    return { line, fields: new InputError("the line repeats the names of the columns") };
  }
  return { line, fields: Object.fromEntries(names.map((name, i) => [name, cells[i] as string])) };
}

function raggedRemedy(cells: readonly string[], columns: number, separator: string): string {
  const between = separatorName(separator);
  if (cells.length < columns) {
    return `a row needs a cell for every column, even an empty one, with ${between} between them; close quotes that are open, or name another separator with --separator`;
  }
  if (cells.some((cell) => /^\s+"/.test(cell))) return `a quote opens a text only where it follows ${between} at once`;
  const isLonger = cells.slice(columns).every((cell) => cell.trim() === "");
  return `quote the text that holds ${between}, ${isLonger ? "or end the row without it" : "or name another separator with --separator"}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The column with the longest texts in its first rows, where they have several words. */
function longestOf(names: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): { longest?: string } {
  const some = rows.slice(0, 50);
  const lengths = names.map((name) =>
    some.reduce((sum, row) => sum + (typeof row[name] === "string" ? row[name].trim().split(/\s+/).length : 0), 0),
  );
  const most = largest(lengths, 0);
  const longest = names[lengths.indexOf(most)];
  return most > some.length && longest !== undefined ? { longest } : {};
}

/**
 * Whether a .txt file is a table: it was asked for, or its first line is nothing but names of columns.
 *
 * @throws {InputError} When its lines look like the rows of a table, but nothing says what is in the columns.
 */
export function isTable({ path, content }: TextFile, options: RowOptions): boolean {
  if (asksForColumns(options)) return true;
  const isHeader = [",", ";", "\t", "|"].some((separator) => {
    const names = namesBy(content, separator) ?? [];
    return names.length > 1 && names.every(isColumnName);
  });
  if (isHeader || excelSeparator(content) !== undefined) return true;
  const lines = lineRows(content);
  if (lines.length > 1 && /^\s*text[ \t]*[\r\n]/i.test(content)) {
    throw new InputError(
      `Cannot read ${quote(path)}: its first line is "text", which names a column; call the file .csv, or remove the line where each line is one text`,
    );
  }
  const tabs = new Set(lines.map(({ fields }) => fields.text.split("\t").length - 1));
  if (tabs.size !== 1 || tabs.has(0)) return false;
  throw new InputError(
    `Cannot read ${quote(path)}: each of its lines has ${plural([...tabs][0] as number, "tab")}, as the rows of a table; put a line of names above them, as in "label", tab, "text", and call it .tsv, or replace the tabs where each line is one text`,
  );
}

/** A row for each line that is not blank. */
export const lineRows = (content: string): { readonly line: number; readonly fields: { readonly text: string } }[] =>
  content.split(/\r\n|\n|\r/).flatMap((text, i) => (text.trim() === "" ? [] : [{ line: i + 1, fields: { text } }]));

/** Why a file without rows has none: the end of a message. */
export function whyNone({ extension, content }: Pick<TextFile, "extension" | "content">): string {
  if (content.trim() === "") return ": it is empty";
  return JSON_ENDINGS.includes(extension) ? ": its list is empty" : ": nothing follows the names of its columns";
}

/** The text and its pair, or what is wrong with them. */
export function textInput(
  text: unknown,
  pair: unknown,
  columns: Pick<Columns, "text" | "pair"> = OWN_COLUMNS,
): TextInput | InputError {
  const field = `field ${quote(columns.text)}`;
  if (typeof text !== "string") return new InputError(`${field} is missing or is not a text`);
  if (text.trim() === "") return new InputError(`${field} is empty`);
  const second = `field ${quote(columns.pair ?? "pair")}`;
  if (pair === undefined) {
    // A pair is a matter of each row; two texts that belong together by their names are one of all rows.
    const isOwn = columns.pair === undefined || columns.pair === OWN_COLUMNS.pair;
    return isOwn ? { text } : new InputError(`${second} is missing`);
  }
  if (typeof pair !== "string") return new InputError(`${second} is not a text`);
  if (pair.trim() === "") return new InputError(`${second} is empty`);
  return { text, pair };
}

/** The input of a row and its id, or what is wrong. */
export function rowInput(
  fields: Readonly<Record<string, unknown>>,
  columns: Columns,
): { readonly input: TextInput; readonly id?: string } | InputError {
  const input = textInput(fields[columns.text], columns.pair === undefined ? undefined : fields[columns.pair], columns);
  if (input instanceof InputError) return input;
  const id = rowId(fields, columns);
  return { input, ...(id === undefined ? {} : { id }) };
}

/** The id of a row, where it has one: of rows whose text cannot be read, too. */
export function rowId(fields: Readonly<Record<string, unknown>>, columns: Columns): string | undefined {
  const id = columns.id === undefined ? undefined : fields[columns.id];
  const isId = (typeof id === "string" && id.trim() !== "") || typeof id === "number";
  return isId ? String(id) : undefined;
}

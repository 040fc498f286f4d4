/** @file The texts of an input file, each with the line it came from; what cannot be read is kept as an error of its line. */

import { extname } from "node:path";
import type { TextInput } from "@calig/core/internal/attribution/input";
import { InputError, quote, UsageError, wordList } from "@calig/core/internal/errors";
import type { RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import type { Columns } from "./columns.ts";
import type { FileRow } from "./file-row.ts";
import { foreignEnding } from "./foreign-files.ts";
import { openParquetRows, PARQUET_ENDINGS } from "./parquet/rows.ts";
import { readRecords, rowId, rowInput, whyNone } from "./read-rows.ts";
import { checkFile, readText } from "./read-text.ts";

/** One entry of an input file. */
export interface InputEntry {
  /** The file that it is from, where there are several. */
  readonly file?: string;
  /** Line of the file that the entry starts on, from 1; of a list in JSON, the number of the item. */
  readonly line: number;
  /** Field or column of ids, where the file has one. */
  readonly id?: string;
  /** What the file says that the class is; only where its column was named. */
  readonly label?: string;
  readonly input: TextInput | InputError;
}

/** The entries of a file. */
export interface InputFile {
  readonly entries: readonly InputEntry[];
  /** What `line` counts. */
  readonly counted: "line" | "item";
  /** What a person should know of how the file was read. */
  readonly note?: string;
}

/** Endings of the files that hold inputs. */
export const INPUT_EXTENSIONS = [
  ".jsonl",
  ".ndjson",
  ".csv",
  ".tsv",
  ".tab",
  ".psv",
  ".json",
  ".txt",
  ...PARQUET_ENDINGS,
];

/** Most ragged rows that an error lists. */
const MOST_ROWS = 20;

/**
 * Reads an input file: the texts, their pairs and ids, by columns that were named or have common names.
 *
 * A table with rows of another length than its first is refused as a whole: where cells are split wrongly in some rows,
 * rows of the right length may be wrong, too.
 *
 * @throws {UsageError} When there is no such file, or its ending is unknown and no separator says that it is a table.
 * @throws {InvalidOptionError} When a named column is not there.
 * @throws {InputError} When the file as a whole cannot be read.
 */
export async function readInputs(path: string, options: RowOptions = {}): Promise<InputFile> {
  await checkFile(path, "inputs", wordList(INPUT_EXTENSIONS));
  const extension = extname(path).toLowerCase();
  if (!INPUT_EXTENSIONS.includes(extension)) {
    const foreign = foreignEnding(extension, path);
    if (foreign !== undefined || options.separator === undefined) {
      throw new UsageError(
        `Cannot read inputs from ${quote(path)}: its ending must be one of ${wordList(INPUT_EXTENSIONS)}; ${foreign === undefined ? "name the separator of a table with --separator" : `it is ${foreign.what}: ${foreign.remedy}`}`,
      );
    }
  }
  if (PARQUET_ENDINGS.includes(extension)) return parquetInputs(path, options);
  const file = { path, extension, content: await readText(path) };
  const { rows, columns, counted, note } = readRecords(file, options, "inputs");
  if (rows.length === 0) {
    throw new InputError(`Cannot explain the texts of ${quote(path)}: there are none in it${whyNone(file)}`);
  }
  refuseRagged(path, rows);
  return { entries: rows.map((row) => toEntry(row, columns)), counted, ...(note === undefined ? {} : { note }) };
}

async function parquetInputs(path: string, options: RowOptions): Promise<InputFile> {
  const { rows, columns, note, read, close } = await openParquetRows(path, options, "inputs");
  try {
    if (rows === 0) throw new InputError(`Cannot explain the texts of ${quote(path)}: there are none in it`);
    const entries = (await read(0, rows)).map((row) => toEntry(row, columns));
    return { entries, counted: "item", ...(note === undefined ? {} : { note }) };
  } finally {
    await close();
  }
}

function refuseRagged(path: string, rows: readonly FileRow[]): void {
  const ragged = rows.filter((row) => row.ragged === true);
  if (ragged.length === 0) return;
  const shown = ragged
    .slice(0, MOST_ROWS)
    .map(({ line, fields }) => `\n  - line ${line}: ${(fields as InputError).message}`);
  const more = ragged.length > shown.length ? `\n  - and ${ragged.length - shown.length} more` : "";
  throw new InputError(
    `Cannot explain the texts of ${quote(path)}: ${ragged.length} of its ${rows.length} rows ${ragged.length === 1 ? "has" : "have"} more or fewer cells than its first line has names:${shown.join("")}${more}`,
  );
}

/** The entry of a row. */
export function toEntry({ line, fields }: FileRow, columns: Columns): InputEntry {
  if (fields instanceof InputError) return { line, input: fields };
  const found = rowInput(fields, columns);
  const id = rowId(fields, columns);
  if (found instanceof InputError) return { line, ...(id === undefined ? {} : { id }), input: found };
  const label = columns.label === undefined ? undefined : fields[columns.label];
  const isLabel = ["string", "number", "boolean"].includes(typeof label);
  return { line, ...found, ...(isLabel ? { label: String(label) } : {}) };
}

/** @file The texts of an input file, each with the line it came from; what cannot be read is kept as an error of its line. */

import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { type CsvError, parse } from "csv-parse/sync";
import type { TextInput } from "../attribution/text-input.ts";
import { InputError, quote, UsageError } from "../errors.ts";
import { wordList } from "./values.ts";

/** One entry of an input file. */
export interface InputEntry {
  /** Line of the file that the entry starts on, from 1. */
  readonly line: number;
  /** Field or column `id`, where the file has one. */
  readonly id?: string;
  readonly input: TextInput | InputError;
}

const READERS: Readonly<Record<string, (content: string, file: string) => InputEntry[]>> = {
  ".jsonl": readJsonLines,
  ".ndjson": readJsonLines,
  ".csv": (content, file) => readTable(content, file, ","),
  ".tsv": (content, file) => readTable(content, file, "\t"),
  ".txt": readLines,
};

/** Endings of the files that hold inputs. */
export const INPUT_EXTENSIONS = Object.keys(READERS);

/**
 * Reads an input file. Field or column `text` is required, `pair` and `id` may be there.
 *
 * @throws {UsageError} When there is no such file, or its ending is unknown.
 * @throws {InputError} When the file as a whole cannot be read.
 */
export async function readInputs(file: string): Promise<readonly InputEntry[]> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new UsageError(`Cannot read inputs from ${quote(file)}: there is no such file`);
  if (found.isDirectory()) {
    throw new UsageError(
      `Cannot read inputs from ${quote(file)}: it is a folder; give a file ending in ${wordList(INPUT_EXTENSIONS)}`,
    );
  }
  const reader = READERS[extname(file).toLowerCase()];
  if (reader === undefined) {
    throw new UsageError(
      `Cannot read inputs from ${quote(file)}: its ending must be one of ${wordList(INPUT_EXTENSIONS)}`,
    );
  }
  const entries = reader(decode(await readFile(file), file), file);
  if (entries.length === 0) throw new InputError(`Cannot explain the texts of ${quote(file)}: there are none in it`);
  return entries;
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`Cannot read ${quote(file)}: it is not UTF-8 text; convert it first`, { cause });
  }
}

function readLines(content: string): InputEntry[] {
  return content.split(/\r?\n/).flatMap((text, i) => (text.trim() === "" ? [] : [{ line: i + 1, input: { text } }]));
}

function readJsonLines(content: string): InputEntry[] {
  return content.split(/\r?\n/).flatMap((source, i): InputEntry[] => {
    if (source.trim() === "") return [];
    const line = i + 1;
    let value: unknown;
    try {
      value = JSON.parse(source);
    } catch (cause) {
      return [{ line, input: new InputError("the line is not valid JSON", { cause }) }];
    }
    if (typeof value === "string") return [{ line, input: textInput(value, undefined) }];
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return [{ line, input: new InputError('the line is not an object with field "text"') }];
    }
    const { text, pair, id } = value as { text?: unknown; pair?: unknown; id?: unknown };
    return [{ line, ...identity(id), input: textInput(text, pair) }];
  });
}

function readTable(content: string, file: string, delimiter: string): InputEntry[] {
  let rows: { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    rows = parse(content, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
      // Tab-separated files are commonly written without quoting: quotes in them are text.
      quote: delimiter === "\t" ? null : '"',
    }) as unknown as typeof rows;
  } catch (cause) {
    throw new InputError(`Cannot read ${quote(file)}: ${(cause as CsvError).message}`, { cause });
  }
  const header = rows[0]?.record.map((name) => name.trim()) ?? [];
  const column = (name: string) => header.indexOf(name);
  if (column("text") < 0) {
    throw new InputError(
      `Cannot read ${quote(file)}: its first line must name the columns, one of them "text"; it has ${wordList(header)}`,
    );
  }
  return rows.slice(1).map(({ record, info }) => {
    // `info.lines` is the line that the record ends on.
    const line = info.lines - record.reduce((breaks, field) => breaks + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
    return {
      line,
      ...identity(record[column("id")]),
      input: textInput(record[column("text")], record[column("pair")]),
    };
  });
}

const identity = (id: unknown): { id?: string } =>
  typeof id === "string" || typeof id === "number" ? { id: String(id) } : {};

function textInput(text: unknown, pair: unknown): TextInput | InputError {
  if (typeof text !== "string") return new InputError('field "text" is missing or is not a text');
  if (text.trim() === "") return new InputError('field "text" is empty');
  if (pair !== undefined && typeof pair !== "string") return new InputError('field "pair" is not a text');
  return { text, ...(pair === undefined ? {} : { pair }) };
}

/** @file The texts of an input file, each with the line it came from; what cannot be read is kept as an error of its line. */

import { extname } from "node:path";
import type { TextInput } from "../attribution/text-input.ts";
import { InputError, quote, UsageError } from "../errors.ts";
import { checkFile, type FileRow, jsonRows, readText, tableRows, textInput } from "../node/read-rows.ts";
import { wordList } from "./values.ts";

/** One entry of an input file. */
export interface InputEntry {
  /** Line of the file that the entry starts on, from 1. */
  readonly line: number;
  /** Field or column `id`, where the file has one. */
  readonly id?: string;
  readonly input: TextInput | InputError;
}

const READERS: Readonly<Record<string, (content: string, file: string) => FileRow[]>> = {
  ".jsonl": jsonRows,
  ".ndjson": jsonRows,
  ".csv": (content, file) => tableRows(content, file, ","),
  ".tsv": (content, file) => tableRows(content, file, "\t"),
  ".txt": lineRows,
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
  await checkFile(file, "inputs", wordList(INPUT_EXTENSIONS));
  const reader = READERS[extname(file).toLowerCase()];
  if (reader === undefined) {
    throw new UsageError(
      `Cannot read inputs from ${quote(file)}: its ending must be one of ${wordList(INPUT_EXTENSIONS)}`,
    );
  }
  const entries = reader(await readText(file), file).map(toEntry);
  if (entries.length === 0) throw new InputError(`Cannot explain the texts of ${quote(file)}: there are none in it`);
  return entries;
}

function lineRows(content: string): FileRow[] {
  return content.split(/\r?\n/).flatMap((text, i) => (text.trim() === "" ? [] : [{ line: i + 1, fields: { text } }]));
}

function toEntry({ line, fields }: FileRow): InputEntry {
  if (fields instanceof InputError) return { line, input: fields };
  return { line, ...identity(fields.id), input: textInput(fields.text, fields.pair) };
}

const identity = (id: unknown): { id?: string } =>
  typeof id === "string" || typeof id === "number" ? { id: String(id) } : {};

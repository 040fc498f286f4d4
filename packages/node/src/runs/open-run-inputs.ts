/** @file The inputs of a run from --input: tables of texts, or a folder of files with one input each. */

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import type { TextInput } from "@calig/core/internal/attribution/input";
import { UsageError } from "@calig/core/internal/errors";
import type { RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import type { FileModality } from "@calig/core/internal/modality/input-forms";
import type { GivenOptions } from "@calig/core/internal/options/option";
import type { ReportSource } from "@calig/core/internal/report/evidence/evidence-report";
import { inputFilesOf, readInputFile } from "../node/input-files.ts";
import { tablesIn } from "../node/input-tables.ts";
import { openParquetRows, PARQUET_ENDINGS } from "../node/parquet/rows.ts";
import { type InputEntry, type InputFile, readInputs, toEntry } from "../node/read-inputs.ts";
import {
  changedInput,
  checkState,
  checksum,
  describeFile,
  fileState,
  type InputPart,
  type RunEntry,
  type RunInputs,
} from "./run-inputs.ts";

/** Inputs of one kind, and how they are read. */
export interface OpenedInputs {
  readonly inputs: RunInputs;
  /** Undefined where they are texts. */
  readonly modality?: FileModality;
  /** A file of them, for messages. */
  readonly example: string;
  /** What a person should know of how they are read. */
  readonly note?: string;
}

/** How inputs are read. */
export interface ReadingOptions {
  readonly kinds: readonly FileModality[];
  readonly rows: RowOptions;
  readonly files: GivenOptions;
  /** Parts that were described before: files that are as they were are not read again. */
  readonly known: readonly InputPart[];
}

/** @throws {UsageError} When there are none. {InputError} When one cannot be read. */
export async function openRunInputs(input: string, options: ReadingOptions): Promise<OpenedInputs> {
  const isFolder = (await stat(input).catch(() => undefined))?.isDirectory() === true;
  const tables = await tablesIn(input).catch((error: unknown) => {
    if (!isFolder || !(error instanceof UsageError)) throw error;
    return error;
  });
  // A folder of pictures may hold a table besides; one of tables holds no pictures.
  if (isFolder) {
    const found = await inputFilesOf(input, options.kinds, "explain").catch((error: unknown) => {
      if (tables === undefined) throw error;
      return undefined;
    });
    if (found !== undefined) return filesOf(input, found, options);
  }
  if (tables instanceof UsageError) throw tables;
  return tablesOf(tables ?? [input], options);
}

/** Rows that are read of a Parquet file at once. */
const BATCH_ROWS = 200;

async function tablesOf(files: readonly string[], { rows: options, known }: ReadingOptions): Promise<OpenedInputs> {
  let last: { readonly file: string; readonly content: InputFile } | undefined;
  const contentOf = async (file: string): Promise<InputFile> => {
    if (last?.file !== file) last = { file, content: await readInputs(file, options) };
    return last.content;
  };
  const isParquet = (file: string) => PARQUET_ENDINGS.includes(extname(file).toLowerCase());
  const parts: InputPart[] = [];
  for (const [i, file] of files.entries()) {
    parts.push(
      await describeFile(file, known[i], async () => {
        if (!isParquet(file)) return (await contentOf(file)).entries.length;
        const opened = await openParquetRows(file, options, "inputs");
        await opened.close();
        return opened.rows;
      }),
    );
  }
  const starts: number[] = [0];
  for (const { rows } of parts) starts.push((starts.at(-1) as number) + rows);
  /** Parts that rows lie in, with their place in each. */
  const within = (start: number, end: number) =>
    parts.flatMap((part, i) => {
      const first = starts[i] as number;
      const [from, to] = [Math.max(start, first), Math.min(end, first + part.rows)];
      return from < to ? [{ part, first, from: from - first, to: to - first }] : [];
    });
  const entryOf = (file: string, counted: "line" | "item", row: number, entry: InputEntry): RunEntry => ({
    row,
    source: sourceOf(file, counted, entry),
    ...(entry.input instanceof Error ? {} : { text: entry.input.text }),
    read: async () => readable(entry),
  });
  const rows = starts.at(-1) as number;
  const [first = ""] = files;
  const note = isParquet(first) ? await parquetNote(first, options) : undefined;
  return {
    example: first,
    ...(note === undefined ? {} : { note }),
    inputs: {
      parts,
      rows,
      async *entries(start, end) {
        for (const { part, first, from, to } of within(start, end)) {
          const { file } = part;
          if (!isParquet(file)) {
            const { entries, counted } = await contentOf(file);
            if (entries.length !== part.rows) throw changedInput(file);
            for (let i = from; i < to; i++) yield entryOf(file, counted, first + i, entries[i] as InputEntry);
            continue;
          }
          const opened = await openParquetRows(file, options, "inputs");
          try {
            for (let at = from; at < to; at += BATCH_ROWS) {
              const batch = await opened.read(at, Math.min(to, at + BATCH_ROWS));
              for (const [i, row] of batch.entries()) {
                yield entryOf(file, "item", first + at + i, toEntry(row, opened.columns));
              }
            }
          } finally {
            await opened.close();
          }
        }
      },
      async check(start, end) {
        for (const { part } of within(start, end)) await checkState(part.file, part.state);
      },
    },
  };
}

async function parquetNote(file: string, options: RowOptions): Promise<string | undefined> {
  const { note, close } = await openParquetRows(file, options, "inputs");
  await close();
  return note;
}

async function filesOf(
  folder: string,
  { modality, names }: { readonly modality: FileModality; readonly names: readonly string[] },
  { files: reading, known }: ReadingOptions,
): Promise<OpenedInputs> {
  const files = names.map((name) => join(folder, name));
  const states: string[] = [];
  let bytes = 0;
  for (const file of files) {
    const found = await fileState(file);
    states.push(found.state);
    bytes += found.bytes;
  }
  const hash = (lines: readonly string[]) => createHash("sha256").update(lines.join("\n")).digest("hex");
  const state = hash(states.map((own, i) => `${names[i]} ${own}`));
  const [before] = known;
  let part = before;
  if (before?.file !== folder || before.state !== state) {
    const sums: string[] = [];
    for (const [i, file] of files.entries()) sums.push(`${names[i]} ${await checksum(file)}`);
    part = { file: folder, rows: files.length, bytes, sha256: hash(sums), state };
  }
  return {
    modality,
    example: files[0] as string,
    inputs: {
      parts: [part as InputPart],
      rows: files.length,
      async *entries(start, end) {
        for (let row = start; row < end; row++) {
          const file = files[row] as string;
          const source = { file, id: relative(folder, file) };
          yield { row, source, read: () => readInputFile(modality, file, reading) };
        }
      },
      async check(start, end) {
        for (let row = start; row < end; row++) await checkState(files[row] as string, states[row] as string);
      },
    },
  };
}

/** Where an entry of a file is from. */
export const sourceOf = (file: string, counted: "line" | "item", { line, id, label }: InputEntry): ReportSource => ({
  file,
  ...(counted === "line" ? { line } : { item: line }),
  ...(id === undefined ? {} : { id }),
  ...(label === undefined ? {} : { label }),
});

/** What to explain. @throws {InputError} Where it could not be read. */
export function readable({ input }: InputEntry): TextInput {
  if (input instanceof Error) throw input;
  return input;
}

/** @file Rows of a Parquet file as those of other tables: their columns found by name, numbers as JSON has them. */

import { InputError, quote } from "@calig/core/internal/errors";
import type { RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import { type Columns, columnsNote, findColumns } from "../columns.ts";
import type { FileRow } from "../file-row.ts";
import { openParquet } from "./read.ts";

/** Endings of Parquet files. */
export const PARQUET_ENDINGS: readonly string[] = [".parquet", ".pq"];

/** A file whose rows are read as they are needed. */
export interface ParquetRows {
  readonly rows: number;
  readonly columns: Columns;
  /** What a person should know of how the file is read. */
  readonly note?: string;
  /** Rows from `start` to `end` (exclusive), numbered from 1. */
  read(start: number, end: number): Promise<readonly FileRow[]>;
  close(): Promise<void>;
}

/**
 * @param wanted - What for: "inputs" need no labels.
 * @throws {InputError} When it is no Parquet file, or which column is meant is not known.
 * @throws {InvalidOptionError} When a named column is not there.
 */
export async function openParquetRows(
  path: string,
  options: RowOptions,
  wanted: "inputs" | "data set",
): Promise<ParquetRows> {
  if (options.separator !== undefined) {
    throw new InputError(
      `Cannot use a separator with ${quote(path)}: Parquet has no cells to separate; leave --separator out`,
    );
  }
  const file = await openParquet(path);
  try {
    const table = { file: path, names: file.columns, kind: "columns" } as const;
    const columns = findColumns(table, options, wanted);
    const note = columnsNote(table, columns, options);
    const named = wanted === "inputs" ? Object.values(columns) : undefined;
    return {
      rows: file.rows,
      columns,
      ...(note === undefined ? {} : { note }),
      async read(start, end) {
        const rows = await file.read(start, end, named);
        return rows.map((fields, i) => ({ line: start + i + 1, fields: plain(fields) }));
      },
      close: file.close,
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Long numbers as numbers where they are exact, else as texts; what is null is absent. */
const plain = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      if (value === null || value === undefined) return [];
      if (typeof value !== "bigint") return [[name, value]];
      const number = Number(value);
      return [[name, Number.isSafeInteger(number) ? number : String(value)]];
    }),
  );

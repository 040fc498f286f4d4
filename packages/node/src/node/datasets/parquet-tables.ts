/** @file Parquet files as a data set: the columns of records. Of the shards of a run, the inputs that were explained. */

import { InputError } from "@calig/core/internal/errors";
import type { DatasetRow, DatasetRows, RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import { openParquetRows } from "../parquet/rows.ts";
import { recordItem } from "./records.ts";

/** All rows of the files, numbered from 1 through all of them. */
export async function readParquetTables(files: readonly string[], options: RowOptions): Promise<DatasetRows> {
  const rows: DatasetRow[] = [];
  const notes = new Set<string>();
  for (const file of files) {
    const opened = await openParquetRows(file, options, "data set");
    try {
      if (opened.note !== undefined) notes.add(opened.note);
      const first = rows.length;
      for (const { line, fields } of await opened.read(0, opened.rows)) {
        // A row of a run that could not be explained says so.
        if (!(fields instanceof InputError) && typeof fields.error_code === "string") continue;
        const item = fields instanceof InputError ? fields : recordItem(fields, opened.columns);
        rows.push({ line: first + line, item });
      }
    } finally {
      await opened.close();
    }
  }
  return { rows, counted: "item", ...(notes.size === 0 ? {} : { notes: [...notes] }) };
}

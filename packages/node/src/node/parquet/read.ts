/** @file Parquet files as they are read: what is in them without their rows, and rows from one place to another. The only file that knows the library. */

import { InputError, isCaligError, quote } from "@calig/core/internal/errors";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { fileReason, isSystemError } from "../../util/file-failure.ts";
import { storageOf } from "../storage/open-storage.ts";
import type { OpenedFile } from "../storage/storage.ts";

/** A Parquet file that was opened. */
export interface ParquetFile {
  readonly rows: number;
  /** Names of the columns, in the order of the file. */
  readonly columns: readonly string[];
  /** What the writer noted beside the columns. */
  readonly notes: Readonly<Record<string, string>>;
  /** Rows from `start` to `end` (exclusive), with the columns named, or all. Lists are arrays; what is null is null. */
  read(start: number, end: number, columns?: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** Bytes at the end that hold the footer of most files. */
const FOOTER_BYTES = 2 ** 16;

/**
 * Opens a file and reads its footer; rows are read from their row groups alone.
 *
 * @throws {InputError} When it is no Parquet file, or is damaged or cut off.
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
  let opened: OpenedFile;
  try {
    opened = await (await storageOf(path)).open(path);
  } catch (cause) {
    throw isSystemError(cause) ? new InputError(`Cannot read ${quote(path)}: ${fileReason(cause)}`, { cause }) : cause;
  }
  const { bytes } = opened;
  const file = rangesOf(opened);
  try {
    const metadata = await naming(path, () =>
      parquetMetadataAsync(file, { initialFetchSize: Math.min(FOOTER_BYTES, bytes) }),
    );
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    return {
      rows: Number(metadata.num_rows),
      columns,
      notes: notesOf(metadata),
      async read(start, end, wanted) {
        const { compressors } = await import("hyparquet-compressors");
        return naming(path, () =>
          parquetReadObjects({
            file,
            metadata,
            compressors,
            rowStart: start,
            rowEnd: end,
            ...(wanted === undefined ? {} : { columns: [...wanted] }),
          }),
        );
      },
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

const notesOf = ({ key_value_metadata: notes = [] }: FileMetaData): Readonly<Record<string, string>> =>
  Object.fromEntries(notes.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])));

const rangesOf = ({ bytes: byteLength, slice }: OpenedFile): AsyncBuffer => ({
  byteLength,
  slice: async (start, end = byteLength) =>
    (await slice(start < 0 ? Math.max(0, byteLength + start) : start, end)).buffer,
});

/** What the library says of a damaged file, as one of our errors. */
async function naming<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    // What a storage says is said already.
    if (isCaligError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message.replace(/^parquet /, "") : String(cause);
    throw new InputError(
      `Cannot read ${quote(path)}: it is no whole Parquet file (${why}); write or download it again`,
      { cause },
    );
  }
}

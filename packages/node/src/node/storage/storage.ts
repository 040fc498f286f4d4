/** @file Where files of runs lie: on a disk, or in a bucket of S3. The same few things are done with both. */

import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file that is there. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  /** What the storage says of it: another text after it was written to. */
  readonly state: string;
  /** When it was written, milliseconds since 1970. */
  readonly modified: number;
}

/** A file whose bytes are read from one place to another. */
export interface OpenedFile {
  readonly bytes: number;
  /** @param end - Exclusive. */
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Places are whole paths: "run/shards/part-00000-of-00002.parquet", "s3://bucket/run/manifest.json". */
export interface Storage {
  /** Files that lie in a folder itself; none where there is no such folder. */
  list(folder: string): Promise<readonly StoredFile[]>;
  /** One file; undefined where there is none. */
  find(path: string): Promise<StoredFile | undefined>;
  /** The text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** @throws What the system says where it cannot be read. */
  open(path: string): Promise<OpenedFile>;
  /**
   * Writes a file that is whole or not there.
   *
   * @param fill - Writes it to a file of another name, which may be of another disk.
   * @param only - In a bucket: writes only where no file is ("new"), or where it is in this state still. A disk moves the file
   *   into its place, whatever is there.
   * @returns Whether it was written: false where another process was first.
   */
  write(path: string, fill: (file: FileHandle) => Promise<void>, only?: string): Promise<boolean>;
  remove(path: string): Promise<void>;
}

/** The state of a file that is not there yet. */
export const NEW = "new";

/** Whether a place is in a bucket of S3. */
export const isBucket = (place: string): boolean => /^s3:\/\//i.test(place);

/** The folder that a file lies in. */
export const folderOf = (path: string): string => (isBucket(path) ? path.replace(/\/[^/]*$/, "") : dirname(path));

/** A place within another one. */
export const within = (place: string, ...names: readonly string[]): string =>
  isBucket(place) ? [place.replace(/\/+$/, ""), ...names].join("/") : join(place, ...names);

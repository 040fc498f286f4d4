/** @file The inputs of a run: files with many rows, or one row each; how it is known that they are still the same. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { InputError, quote } from "@calig/core/internal/errors";
import { storageOf } from "../node/storage/open-storage.ts";
import { isBucket } from "../node/storage/storage.ts";
import type { RowPlace } from "./run-row.ts";

/** A file with rows, or a folder of files with one row each. */
export interface InputPart {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Changes when a file is written to: where it is the same, the checksum is, too. */
  readonly state: string;
}

/** A row that is to be explained. */
export interface RunEntry extends RowPlace {
  /** What to explain; reading it may fail. */
  read(): Promise<object>;
}

/** All rows of a run. */
export interface RunInputs {
  readonly parts: readonly InputPart[];
  readonly rows: number;
  /** Rows from `start` to `end` (exclusive), in order; few are in memory at a time where the files allow it. */
  entries(start: number, end: number): AsyncIterable<RunEntry>;
  /** @throws {InputError} When what these rows are read from is no longer what it was. */
  check(start: number, end: number): Promise<void>;
}

/** Bytes that are read of a bucket at once. */
const PART_BYTES = 2 ** 24;

/** SHA-256 of a file. */
export async function checksum(file: string): Promise<string> {
  const hash = createHash("sha256");
  if (!isBucket(file)) {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
    return hash.digest("hex");
  }
  const opened = await (await storageOf(file)).open(file);
  for (let at = 0; at < opened.bytes; at += PART_BYTES) hash.update(await opened.slice(at, at + PART_BYTES));
  await opened.close();
  return hash.digest("hex");
}

/** What the system says of a file, which is another text after it was written to. */
export async function fileState(file: string): Promise<{ readonly state: string; readonly bytes: number }> {
  const found = await (await storageOf(file)).find(file);
  if (found !== undefined) return found;
  throw new InputError(
    `Cannot read ${quote(file)}: there is no such file; name one that there is, or put it back where a run was begun with it`,
  );
}

/** A file that changed while it was read. */
export const changedInput = (file: string): InputError =>
  new InputError(
    `Cannot go on: the input ${quote(file)} changed while it was explained; put back what it was and run the same command again, or start over with --fresh`,
  );

/** @throws {InputError} When a file is no longer in this state. */
export async function checkState(file: string, state: string): Promise<void> {
  if ((await fileState(file)).state !== state) throw changedInput(file);
}

/** A file that is described: reading it takes as long as its checksum, unless it is known in its present state. */
export async function describeFile(
  file: string,
  known: InputPart | undefined,
  countRows: () => Promise<number>,
): Promise<InputPart> {
  const { state, bytes } = await fileState(file);
  if (known?.file === file && known.state === state) return known;
  const rows = await countRows();
  const sha256 = await checksum(file);
  await checkState(file, state);
  return { file, rows, bytes, sha256, state };
}

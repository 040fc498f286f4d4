/** @file A file of a run that is whole or not there: written under a temporary name, on the disk before it is moved into its place. */

import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFailure } from "../util/file-failure.ts";

/** What is said where there is no room. */
export const MAKE_ROOM = "make room, then run the same command again: it goes on where it stopped";

/** Writes a file by `fill`. @throws {ExecutionError} Where the system refuses it, a full disk for instance. */
export async function writeWholeFile(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const name = basename(path).replace(/\.parquet$/, "");
  const temporary = join(dirname(path), `.${name}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    throw writeFailure(path, cause, MAKE_ROOM);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** @file Files that are whole or not there: written beside their place and moved into it when complete. */

import { randomUUID } from "node:crypto";
import { access, constants, type FileHandle, mkdir, open, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { quote, UsageError } from "@calig/core/internal/errors";
import { fileReason, writeFailure } from "../util/file-failure.ts";
import { writeFully } from "../util/write-fully.ts";
import { isClosedPipe } from "./io.ts";

/** A file being written. Nothing is seen at its path before `commit`; an existing file stays as it is until then. */
export interface PendingFile {
  readonly path: string;
  write(content: string | Uint8Array): Promise<void>;
  /** Moves the file into its place. */
  commit(): Promise<void>;
  /** Removes what was written; does nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * Starts a file.
 *
 * Links are followed, and an existing file keeps its permissions. Devices and pipes ("/dev/stdout") are written to
 * directly: they have no halves.
 */
export async function startFile(path: string): Promise<PendingFile> {
  const target = await realpath(path).catch(() => resolve(path));
  const existing = await stat(target).catch(() => undefined);
  if (existing !== undefined && !existing.isFile()) return direct(path, await naming(path, () => open(target, "w")));
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  const mode = existing === undefined ? 0o666 : existing.mode & 0o777;
  const handle = await naming(path, () => open(temporary, "wx", mode));
  let open_ = true;
  const close = async () => {
    if (!open_) return;
    open_ = false;
    await handle.close();
  };
  return {
    path,
    write: (content) => naming(path, () => writeAll(handle, content)),
    commit: () =>
      naming(path, async () => {
        await handle.sync();
        await close();
        await rename(temporary, target);
      }),
    async discard() {
      await close();
      await rm(temporary, { force: true });
    },
  };
}

const writeAll = (handle: FileHandle, content: string | Uint8Array): Promise<void> =>
  writeFully(handle, typeof content === "string" ? new TextEncoder().encode(content) : content);

/** Whatever goes wrong, the file that the caller asked for is named. */
async function naming<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (isClosedPipe(cause)) throw cause;
    throw writeFailure(path, cause);
  }
}

function direct(path: string, handle: FileHandle): PendingFile {
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await handle.close();
  };
  return {
    path,
    write: (content) => naming(path, () => writeAll(handle, content)),
    commit: close,
    discard: close,
  };
}

/** Writes a whole file at once. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const file = await startFile(path);
  try {
    await file.write(content);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** Whether a path is a folder, or is written like one ("out/"). */
export async function looksLikeFolder(path: string): Promise<boolean> {
  return /[/\\]$/.test(path) || (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * Makes a folder, with those above it.
 *
 * @returns Takes away again what was made, as far as nothing is in it: where the work is refused after all.
 * @throws {UsageError} When a file is in its place or it cannot be written to.
 */
export async function ensureFolder(path: string): Promise<() => Promise<void>> {
  try {
    const first = await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    return async () => {
      if (first === undefined) return;
      for (let at = resolve(path); ; at = dirname(at)) {
        if (!(await isRemoved(at)) || at === resolve(first)) return;
      }
    };
  } catch (cause) {
    throw new UsageError(`Cannot write to folder ${quote(path)}: ${fileReason(cause)}; name another folder`, { cause });
  }
}

/** Removes a folder that is empty. */
const isRemoved = (folder: string): Promise<boolean> =>
  rmdir(folder).then(
    () => true,
    () => false,
  );

/** Finds out before the work starts whether a file can be made. @throws {UsageError} */
export async function checkWritable(path: string): Promise<void> {
  const target = await realpath(path).catch(() => resolve(path));
  const exists = (await stat(target).catch(() => undefined)) !== undefined;
  try {
    if (exists) await access(target, constants.W_OK);
    else await access(dirname(target), constants.W_OK);
  } catch (cause) {
    throw new UsageError(
      exists || (await stat(dirname(target)).catch(() => undefined)) !== undefined
        ? `Cannot write ${quote(path)}: ${fileReason(cause)}; name another file`
        : `Cannot write ${quote(path)}: there is no folder ${quote(dirname(path))}; make it first`,
      { cause },
    );
  }
}

/** @file Why the system refused something about a file, in words for people. */

import { ExecutionError, quote } from "@calig/core/internal/errors";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  EEXIST: "there is a file of that name",
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is a file",
  EISDIR: "it is a folder",
  ENOTEMPTY: "the folder is not empty",
  ELOOP: "links in the path lead in a circle",
  ENAMETOOLONG: "the path is too long",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EBUSY: "it is in use",
  EIO: "the disk failed",
  ENXIO: "the device is not there",
  ENODEV: "the device is not there",
  EXDEV: "it lies on another file system",
  ENOMEM: "there is not enough memory",
};

/** Whether an error comes from the system, and says so by its code. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

/** "the disk is full" */
export function fileReason(cause: unknown): string {
  const { code = "" } = cause as NodeJS.ErrnoException;
  return REASONS[code] ?? `the system refused it${code === "" ? "" : ` (${code})`}`;
}

/** The error for a file that could not be written; names it. Errors of other kinds stay what they are. */
export function writeFailure(path: string, cause: unknown, remedy = "make room or name another file"): unknown {
  if (!isSystemError(cause)) return cause;
  return new ExecutionError(`Cannot write ${quote(path)}: ${fileReason(cause)}; ${remedy}`, { cause });
}

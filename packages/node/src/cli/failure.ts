/** @file What a person is told when something went wrong, and the exit code that goes with it. */

import {
  brief,
  InternalError,
  InvalidOptionError,
  isCaligError,
  quote,
  UnsupportedModelError,
  UsageError,
} from "@calig/core/internal/errors";
import { fileReason, isSystemError } from "../util/file-failure.ts";
import { EXIT } from "./command.ts";

/** Most reasons of an unsupported model that are listed. */
const MOST_ISSUES = 20;
const LONGEST_REASON = 1000;

export interface Failure {
  readonly exitCode: number;
  /** One paragraph: what went wrong and the remedy. */
  readonly text: string;
}

/** An error as text for people; with `debug` also its stack and causes. */
export function describeFailure(error: unknown, debug: boolean): Failure {
  const exitCode = error instanceof UsageError || error instanceof InvalidOptionError ? EXIT.usage : EXIT.failed;
  return { exitCode, text: debug ? `${paragraph(error)}\n${stack(error)}` : paragraph(error) };
}

function paragraph(error: unknown): string {
  if (error instanceof UnsupportedModelError && error.issues.length > 0) {
    const shown = error.issues.slice(0, MOST_ISSUES).map(({ node, opType, reason }) => {
      const where = [node, opType].filter((part) => part !== undefined).join(", ");
      return `\n  - ${brief(`${where === "" ? "" : `${where}: `}${reason}`, LONGEST_REASON)}`;
    });
    const left = error.issues.length - shown.length;
    return `${error.message}${shown.join("")}${left > 0 ? `\n  - and ${left} more` : ""}`;
  }
  if (error instanceof InternalError)
    return `${error.message}\nThis is a bug in calig: run again with --debug and report what is printed`;
  if (isCaligError(error)) return error.message;
  if (isForbidden(error)) {
    return `Cannot go on: this Node process has --permission, and may not use ${error.permission ?? "what is needed"}${error.resource === undefined || error.resource === "" ? "" : ` ${quote(error.resource)}`}; allow it (--allow-fs-read, --allow-fs-write, --allow-addons, --allow-worker, --allow-child-process), or leave --permission out`;
  }
  if (isSystemError(error)) {
    const { syscall = "use", path = "" } = error;
    return `Cannot ${syscall} ${path === "" ? "a file or stream" : quote(path)}: ${fileReason(error)}`;
  }
  if (isOutOfMemory(error)) {
    return "There is not enough memory for this; close other programs, allow less (--memory), run the model block by block (--stream), or give less at once";
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${message}\nThis is a bug in calig: run again with --debug and report what is printed`;
}

/** What Node says where its permissions end: the permission is "FileSystemRead", the resource a path. */
const isForbidden = (error: unknown): error is Error & { readonly permission?: string; readonly resource?: string } =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === "ERR_ACCESS_DENIED";

/** What JavaScript and the engine say when memory, or room for addresses, is used up. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error &&
  /^Array buffer allocation failed|^Invalid (typed )?array length|^Invalid string length|bad_alloc|out of memory|could not allocate|ERR_WORKER_OUT_OF_MEMORY/i.test(
    `${error.message} ${(error as { readonly code?: unknown }).code ?? ""}`,
  );

function stack(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = error.stack ?? error.message;
  return error.cause === undefined
    ? own
    : `${own}\nCaused by: ${error.cause instanceof Error ? stack(error.cause) : String(error.cause)}`;
}

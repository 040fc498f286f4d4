/** @file What a person is told when something went wrong, and the exit code that goes with it. */

import { InternalError, InvalidOptionError, isCaligError, UnsupportedModelError, UsageError } from "../errors.ts";
import { EXIT } from "./command.ts";

/** Most reasons of an unsupported model that are listed. */
const MOST_ISSUES = 20;

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
      return `\n  - ${where === "" ? "" : `${where}: `}${reason}`;
    });
    const left = error.issues.length - shown.length;
    return `${error.message}${shown.join("")}${left > 0 ? `\n  - and ${left} more` : ""}`;
  }
  if (error instanceof InternalError)
    return `${error.message}\nThis is a bug in calig: run again with --debug and report what is printed`;
  if (isCaligError(error)) return error.message;
  // Errors of the file system say what and where themselves: "ENOSPC: no space left on device, write".
  if (isSystemError(error)) return error.message;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${message}\nThis is a bug in calig: run again with --debug and report what is printed`;
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

function stack(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = error.stack ?? error.message;
  return error.cause === undefined
    ? own
    : `${own}\nCaused by: ${error.cause instanceof Error ? stack(error.cause) : String(error.cause)}`;
}

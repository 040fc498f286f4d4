/** @file What the server and the process of a model say to each other. */

import { DifferenceError, InputError, InvalidOptionError, UnsupportedModelError } from "@calig/core/internal/errors";
import type { LoadOptions } from "../node/load-model.ts";
import { HttpError } from "./http-error.ts";
import type { ModelHost } from "./model-host.ts";
import type { EvaluateWork, ExplainWork, VerifyWork, WorkLimits } from "./model-work.ts";
import type { RunLimits, RunWork } from "./run-work.ts";

/** What a process is told first. */
export interface LoadRequest {
  readonly do: "load";
  readonly name: string;
  readonly source: string;
  readonly options: Omit<LoadOptions, "signal" | "thread">;
  /** Modules that add to what is known of models. */
  readonly plugins: readonly string[];
  /** Folder for temporary files; whoever started the process deletes it. */
  readonly temporary: string;
}

/** Work is answered once, by its id; `cancel` stops it, which is an answer too. */
export type ProcessRequest =
  | LoadRequest
  | { readonly do: "explain"; readonly id: number; readonly work: ExplainWork; readonly limits: WorkLimits }
  | { readonly do: "evaluate"; readonly id: number; readonly work: EvaluateWork; readonly limits: WorkLimits }
  | { readonly do: "verify"; readonly id: number; readonly work: VerifyWork; readonly limits: WorkLimits }
  | { readonly do: "run"; readonly id: number; readonly work: RunWork; readonly limits: RunLimits }
  | { readonly do: "cancel"; readonly id: number };

/** What the server knows of a model. */
export interface LoadedFacts extends Pick<ModelHost, "kind" | "input" | "labels" | "facts"> {
  /** What plugins gave and no model is loaded with, in words: "method". */
  readonly unused: readonly string[];
}

export type ProcessAnswer =
  | { readonly say: "loaded"; readonly loaded: LoadedFacts }
  | { readonly say: "unloadable"; readonly error: SentError }
  | { readonly say: "progress"; readonly id: number; readonly done: number; readonly activity: string }
  /** Bytes of an answer, in order. Large ones come in several parts, so that none of them takes long. */
  | { readonly say: "part"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly say: "done"; readonly id: number }
  | { readonly say: "failed"; readonly id: number; readonly error: SentError };

/** An error on its way between processes, which classes do not survive. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** What it has besides, as far as it is plain. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: SentError;
}

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), fields: {} };
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    fields: plainFields(error),
    ...(error.cause === undefined ? {} : { cause: sendError(error.cause) }),
  };
}

function plainFields(error: Error): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify({ ...error })) as Readonly<Record<string, unknown>>;
  } catch {
    const { code } = error as { code?: unknown };
    return typeof code === "string" ? { code } : {};
  }
}

/** Classes that somebody asks for; of all others the name and the code tell. */
const CLASSES = new Map<string, { readonly prototype: Error }>(
  [InvalidOptionError, InputError, DifferenceError, UnsupportedModelError, HttpError].map((own) => [own.name, own]),
);

/** The error again, with its name, its words and its fields. */
export function receiveError({ name, message, stack, fields, cause }: SentError): Error {
  const error = new Error(message, cause === undefined ? {} : { cause: receiveError(cause) });
  const own = CLASSES.get(name);
  if (own !== undefined) Object.setPrototypeOf(error, own.prototype);
  return Object.assign(error, fields, { name }, stack === undefined ? {} : { stack });
}

/** @file What the server and the process of a model say to each other. */

import type { ModelFacts } from "../attribution/explanation.ts";
import type { LoadOptions } from "../node/load-model.ts";
import { HttpError, toHttpError } from "./http-error.ts";
import type { InputKind } from "./model-host.ts";
import type { EvaluateWork, ExplainWork, VerifyWork, WorkLimits } from "./model-work.ts";

/** What a process is told first. */
export interface LoadRequest {
  readonly do: "load";
  readonly name: string;
  readonly source: string;
  readonly options: Omit<LoadOptions, "signal" | "thread">;
  /** Folder for temporary files; whoever started the process deletes it. */
  readonly temporary: string;
}

/** Work is answered once, by its id; `cancel` stops it, which is an answer too. */
export type ProcessRequest =
  | LoadRequest
  | { readonly do: "explain"; readonly id: number; readonly work: ExplainWork; readonly limits: WorkLimits }
  | { readonly do: "evaluate"; readonly id: number; readonly work: EvaluateWork }
  | { readonly do: "verify"; readonly id: number; readonly work: VerifyWork }
  | { readonly do: "cancel"; readonly id: number };

/** What the server knows of a model. */
export interface LoadedFacts {
  readonly kind: InputKind;
  readonly labels: readonly string[];
  readonly facts: ModelFacts;
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
  readonly code?: string;
  readonly stack?: string;
  /** Present where the caller can mend it: the refusal it stands for. */
  readonly refusal?: { readonly status: HttpError["status"]; readonly reason: string };
  readonly issues?: unknown;
  readonly cause?: SentError;
}

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { code, issues } = error as { code?: unknown; issues?: unknown };
  const { status, reason } = toHttpError(error);
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === "string" ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(status === 500 ? {} : { refusal: { status, reason } }),
    ...(Array.isArray(issues) ? { issues } : {}),
    ...(error.cause === undefined ? {} : { cause: sendError(error.cause) }),
  };
}

/** The error again: a refusal, or an error with the name, the code and the words of the one that was sent. */
export function receiveError({ refusal, name, message, code, stack, issues, cause }: SentError): Error {
  const inner = cause === undefined ? {} : { cause: receiveError(cause) };
  if (refusal !== undefined) return new HttpError(refusal.status, refusal.reason, message, undefined, {}, inner);
  const error = new Error(message, inner);
  return Object.assign(error, {
    name,
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
    ...(issues === undefined ? {} : { issues }),
  });
}

/** @file What goes wrong on the way from a request to an answer, and what a client is told of it: never a stack, never a path. */

import { DifferenceError, InputError, InvalidOptionError } from "@calig/core/internal/errors";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A refusal with its HTTP status. `reason` is for programs, the message for people. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code = "CALIG_HTTP";
  constructor(
    readonly status: ContentfulStatusCode,
    readonly reason: string,
    message: string,
    /** Seconds after which the client may try again. */
    readonly retryAfter?: number,
    /** Headers that go with it. */
    readonly headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Status for a request whose client has left; nobody reads it. The number is that of nginx. */
const CLIENT_LEFT = 499 as ContentfulStatusCode;

export const clientLeft = (): HttpError =>
  new HttpError(CLIENT_LEFT, "client-left", "The client closed the connection");

export const stopping = (): HttpError => new HttpError(503, "stopping", "The server is shutting down", 10);

/** Most problems that one message lists. */
export const MOST_PROBLEMS = 20;

/** A refusal that lists the problems. */
export function invalid(problems: readonly string[]): HttpError {
  const more = problems.length > MOST_PROBLEMS ? ["and more"] : [];
  return new HttpError(422, "invalid-request", [...problems.slice(0, MOST_PROBLEMS), ...more].join("; "));
}

/** @param allowed - The methods that the address answers. */
export const wrongMethod = (allowed: readonly string[]): HttpError => {
  const list = allowed.join(", ");
  return new HttpError(405, "wrong-method", `This address answers ${list}`, undefined, { Allow: list });
};

/** What an error is called in answers. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/**
 * The refusal that stands for any error. What the caller can mend keeps its message; everything else is "internal",
 * whose details are for the log of the server alone.
 */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof InvalidOptionError) return new HttpError(422, "invalid-option", error.message);
  if (error instanceof InputError) return new HttpError(422, "invalid-input", error.message);
  if (error instanceof DifferenceError) return new HttpError(422, "difference", error.message);
  return new HttpError(500, "internal", "Something went wrong in the server; its log says what");
}

export const errorBody = ({ reason, message }: HttpError): ErrorBody => ({ error: { code: reason, message } });

/** Headers that go with a refusal. */
export const errorHeaders = ({ retryAfter, headers }: HttpError): Readonly<Record<string, string>> => ({
  ...headers,
  ...(retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) }),
});

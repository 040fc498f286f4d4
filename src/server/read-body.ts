/** @file The body of a request as a checked value. */

import { bodyLimit } from "hono/body-limit";
import { HttpError } from "./http-error.ts";
import { problemsOf } from "./json-schema.ts";
import type { RequestContext, ServerState } from "./route.ts";

/** Most problems that one message lists. */
const MOST_PROBLEMS = 20;

/**
 * The body as JSON that meets a component of the description.
 *
 * Forms and plain texts are refused: other sites' pages may send those without asking first.
 *
 * @throws {HttpError} 415, 413, 400 or 422; the last with everything that is wrong.
 */
export async function readBody(
  c: RequestContext,
  { limits, schemas }: ServerState,
  component: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\s*(?:;|$)/i.test(c.req.header("content-type") ?? "")) {
    throw new HttpError(415, "not-json", "Send the body as JSON, with Content-Type: application/json");
  }
  const limited = bodyLimit({
    maxSize: limits.bodyBytes,
    onError: () => {
      throw new HttpError(413, "body-too-large", `The body must have at most ${limits.bodyBytes} bytes`);
    },
  });
  await limited(c, async () => {});
  let value: unknown;
  try {
    value = JSON.parse(await c.req.text());
  } catch {
    throw new HttpError(400, "malformed-json", "The body is not valid JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "no-object", "The body must be a JSON object");
  }
  const problems = problemsOf(value, { $ref: `#/components/schemas/${component}` }, schemas, "body");
  if (problems.length > 0) throw invalid(problems);
  return value as Readonly<Record<string, unknown>>;
}

/** A refusal that lists all problems. */
export function invalid(problems: readonly string[]): HttpError {
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : [];
  return new HttpError(422, "invalid-request", [...problems.slice(0, MOST_PROBLEMS), ...more].join("; "));
}

/** @file The body of a request as a checked value. */

import { HttpError, invalid, MOST_PROBLEMS } from "./http-error.ts";
import { tooLarge } from "./incoming-bodies.ts";
import { type JsonCounts, JsonScan } from "./json-scan.ts";
import { problemsOf, type SchemaTable } from "./json-schema.ts";
import type { ServerLimits } from "./limits.ts";
import type { RequestContext, ServerState } from "./route.ts";

/**
 * The body as JSON that meets a component of the description. Resolves when all of it is there.
 *
 * Forms and plain texts are refused: other sites' pages may send those without asking first.
 *
 * Cost: linear in its bytes, which are counted as they come; only what is within all limits is parsed.
 *
 * @throws {HttpError} 415, 413, 408, 400 or 422; the last with what is wrong, at most 20 problems.
 */
export async function readBody(
  c: RequestContext,
  { limits, schemas, bodies, turns }: ServerState,
  component: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (mediaType(c) !== "application/json") {
    throw new HttpError(415, "not-json", "Send the body as JSON, with Content-Type: application/json");
  }
  const { bytes, counts } = await readBytes(c, limits, bodies);
  checkCounts(counts, limits);
  // Many may come whole at once: one step is taken after the other, and others are heard in between.
  const text = await turns.run(() => decode(bytes));
  const value = await turns.run(() => parse(text));
  return turns.run(() => checked(value, component, schemas));
}

/** "text/csv" of "text/csv; charset=utf-8". */
export const mediaType = (c: RequestContext): string =>
  (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

/**
 * The body of a request that is a file, and the fields that are sent with it in the query, as JSON under "request".
 *
 * @throws {HttpError} As `readBody`.
 */
export async function readFileBody(
  c: RequestContext,
  { limits, schemas, bodies, turns }: ServerState,
  component: string,
): Promise<{ readonly bytes: Uint8Array; readonly fields: Readonly<Record<string, unknown>> }> {
  const sent = Buffer.from(c.req.query("request") ?? "{}");
  const scan = new JsonScan();
  scan.add(sent);
  checkCounts(scan.counts, limits);
  const fields = await turns.run(() => checked(parse(decode(sent)), component, schemas));
  const { bytes } = await readBytes(c, limits, bodies);
  return { bytes, fields };
}

/** The bytes of a body within its limits. */
async function readBytes(c: RequestContext, limits: ServerLimits, bodies: ServerState["bodies"]) {
  const encoding = c.req.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new HttpError(415, "encoded", "Send the body as it is, without a Content-Encoding");
  }
  // Not even its beginning is read.
  if (Number(c.req.header("content-length")) > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
  return bodies.read(c.req.raw.body);
}

function checked(value: unknown, component: string, schemas: SchemaTable): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpError(400, "no-object", "The body must be a JSON object");
  }
  const problems = problemsOf(value, { $ref: `#/components/schemas/${component}` }, schemas, "body", MOST_PROBLEMS + 1);
  if (problems.length > 0) throw invalid(problems);
  return value as Readonly<Record<string, unknown>>;
}

const malformed = (): HttpError => new HttpError(400, "malformed-json", "The body is not valid JSON");

function checkCounts({ depth, fields, items, closed }: JsonCounts, { jsonDepth, jsonFields, jsonItems }: ServerLimits) {
  if (!closed) throw malformed();
  const problems = [
    ...(depth > jsonDepth ? [`body must be nested at most ${jsonDepth} deep, it is ${depth} deep`] : []),
    ...(fields > jsonFields ? [`body must have at most ${jsonFields} fields in all, it has ${fields}`] : []),
    ...(items > jsonItems ? [`body must have at most ${jsonItems} items in all, it has ${items}`] : []),
  ];
  if (problems.length > 0) throw invalid(problems);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, "malformed-json", "The body is not valid JSON: it is not in UTF-8");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

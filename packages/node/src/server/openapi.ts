/** @file The OpenAPI 3.1 description of the server, made from its routes and schemas. */

import { type JsonSchema, reference, type SchemaTable } from "./json-schema.ts";
import type { Route } from "./route.ts";

const REFUSALS: Readonly<Record<number, string>> = {
  400: "The body is no JSON object",
  401: "The token is missing or wrong",
  403: "Another site's page asks, or the name of the server is unknown",
  404: "There is no such thing",
  405: "The address does not answer this method; Allow names those that it answers",
  408: "The body came too slowly, or not within the time for it",
  413: "The body is larger than the server takes",
  415: "The body is not application/json, or it is compressed",
  422: "A value cannot be used; the message names each of them",
  429: "Too many requests are waiting; try again after Retry-After seconds",
  500: "A fault of the server, whose log has the details",
  503: "The server is shutting down, or has no room or no turn in time",
  504: "The work took longer than the server allows",
};

/** Refusals of every route. */
const ALWAYS = [403, 500];

/** Bytes, in requests and answers. */
export const FILE: JsonSchema = { type: "string", format: "binary" };

/** The description as plain data. */
export function openApiDocument(
  routes: readonly Route[],
  schemas: SchemaTable,
  { version, token }: { readonly version: string; readonly token: boolean },
): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const own = paths[route.path] ?? {};
    paths[route.path] = own;
    own[route.method] = operation(route, token);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "calig",
      version,
      description: "Explains what Transformer models decide and why. The models run in this server.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas,
      ...(token ? { securitySchemes: { token: { type: "http", scheme: "bearer" } } } : {}),
    },
  };
}

function operation(route: Route, token: boolean): Readonly<Record<string, unknown>> {
  const guarded = token && route.open !== true;
  const parameters = [
    ...Object.entries(route.parameters ?? {}).map(([name, description]) => ({
      name,
      in: "path",
      required: true,
      description,
      schema: { type: "string" },
    })),
    ...(route.body === undefined || route.files === undefined
      ? []
      : [
          {
            name: "request",
            in: "query",
            description: "Beside a file: the fields of the body in JSON, without its rows",
            content: { "application/json": { schema: reference(route.body) } },
          },
        ]),
  ];
  const refusals = [...new Set([...route.refusals, ...ALWAYS, ...(guarded ? [401] : [])])].sort((a, b) => a - b);
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              "application/json": { schema: reference(route.body) },
              ...Object.fromEntries((route.files ?? []).map((type) => [type, { schema: FILE }])),
            },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, { description, content }]) => [
          status,
          { description, ...(content === undefined ? {} : { content: bodies(content) }) },
        ]),
      ),
      ...Object.fromEntries(refusals.map((status) => [status, refusal(status)])),
    },
    ...(guarded ? { security: [{ token: [] }] } : {}),
  };
}

const bodies = (content: Readonly<Record<string, JsonSchema>>) =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));

const refusal = (status: number) => ({
  description: REFUSALS[status],
  ...(status === 429 || status === 503
    ? { headers: { "Retry-After": { description: "Seconds to wait", schema: { type: "integer", minimum: 1 } } } }
    : {}),
  content: { "application/json": { schema: reference("Error") } },
});

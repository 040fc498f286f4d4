/** @file Schemas of the library as components of the description, which name each other. */

import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { JsonSchema, SchemaTable } from "./json-schema.ts";

/** Components of schemas by name: where one of them is a part of another, it is named there. */
export function componentsOf(schemas: Parameters<typeof toJsonSchemaDefs>[0]): SchemaTable {
  const made = toJsonSchemaDefs(schemas, {
    errorMode: "ignore",
    target: "draft-2020-12",
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  }) as unknown as SchemaTable;
  return Object.fromEntries(Object.entries(made).map(([name, schema]) => [name, closed(schema)]));
}

/** A schema whose records have no other fields than those that it names. */
function closed({ ...schema }: JsonSchema): JsonSchema {
  const { properties, items, anyOf } = schema;
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, closed(field)])),
          additionalProperties: false,
        }),
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(closed) }),
  };
}

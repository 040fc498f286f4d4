/** @file The arguments of tools: fields of the HTTP API, with files given by their paths. */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { METHODS } from "@calig/core/internal/attribution/methods";
import { InputError, quote } from "@calig/core/internal/errors";
import { inputForm } from "@calig/core/internal/modality/input-forms";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import type { JsonSchema, SchemaTable } from "../server/json-schema.ts";
import { problemsOf } from "../server/json-schema.ts";
import { DEFAULT_LIMITS } from "../server/limits.ts";
import { componentSchemas, inputsWith } from "../server/schemas.ts";
import { fileReason } from "../util/file-failure.ts";
import type { Fields } from "./api.ts";

/** Largest file that is read for an assistant, bytes: what a request may hold, less what Base64 adds. */
const MOST_BYTES = Math.floor((DEFAULT_LIMITS.bodyBytes * 3) / 4 - 2 ** 16);

const SCHEMAS: SchemaTable = componentSchemas(DEFAULT_LIMITS, METHODS, inputsWith([]));

/** Fields of inputs that are files, such as pictures. */
const FILE_FIELDS = MODALITIES.flatMap((modality) => {
  const form = inputForm(modality);
  return form?.file === undefined ? [] : [form];
});

/**
 * A part of the fields of a request, as an argument of a tool. Assistants choose worse among many fields: the rest is given in
 * "options".
 *
 * @param component - Name of the request in the server's description: "ExplainRequest".
 */
export function fieldsOf(component: string, names: readonly string[]): Readonly<Record<string, JsonSchema>> {
  const { properties = {} } = SCHEMAS[component] as JsonSchema;
  return Object.fromEntries(
    names.flatMap((name) => {
      const schema = properties[name];
      return schema === undefined ? [] : [[name, inlined(schema)]];
    }),
  );
}

/** What else a request takes. */
export const MORE_OPTIONS: JsonSchema = {
  type: "object",
  additionalProperties: true,
  description: "Further options by name; the tool methods lists those of each method",
};

/** Fields for inputs that are files: a path in place of their content. */
export const PICTURE_FIELDS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  FILE_FIELDS.map(({ field, called, file }) => [
    field,
    {
      type: "string",
      description: `Instead of a text: path of a ${called} (${file?.formats}), or its content as a data URI`,
    },
  ]),
);

/** A schema without references: those who read tools need not know where the parts lie. */
function inlined(schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.split("/").at(-1);
  const own = name === undefined ? schema : { ...(SCHEMAS[name] as JsonSchema), ...schema, $ref: undefined };
  const { $ref: _reference, ...rest } = own;
  return {
    ...rest,
    ...(rest.items === undefined ? {} : { items: inlined(rest.items) }),
    ...(rest.properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(rest.properties).map(([key, of]) => [key, inlined(of)])) }),
    ...(rest.anyOf === undefined ? {} : { anyOf: rest.anyOf.map(inlined) }),
  };
}

/** Checks arguments as the server checks requests. @throws {InputError} With what is wrong, at most 20 problems. */
export function checkArguments(tool: string, args: Fields, schema: JsonSchema): void {
  const problems = problemsOf(args, schema, SCHEMAS, "arguments", 20);
  if (problems.length > 0) throw new InputError(`Cannot call ${tool}: ${problems.join("; ")}`);
}

/**
 * Arguments as the fields of a request: options beside the others, files read.
 *
 * @throws {InputError} Where a file cannot be read, or is larger than a request may be.
 */
export async function requestOf({ options = {}, ...fields }: Fields, folder: string): Promise<Fields> {
  const request: Record<string, unknown> = { ...(options as Fields), ...fields };
  for (const { field, called } of FILE_FIELDS) {
    const given = request[field];
    if (typeof given !== "string" || /^data:/i.test(given)) continue;
    const bytes = await readFile(resolve(folder, given)).catch((cause: unknown) => {
      throw new InputError(`Cannot read the ${called} ${quote(given)}: ${fileReason(cause)}`, { cause });
    });
    if (bytes.length > MOST_BYTES) {
      throw new InputError(
        `Cannot read the ${called} ${quote(given)}: it has ${bytes.length} bytes, and at most ${MOST_BYTES} can be sent; make it smaller`,
      );
    }
    request[field] = bytes.toString("base64");
  }
  return request;
}

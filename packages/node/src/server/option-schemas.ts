/** @file Options of the library as JSON Schemas: what requests are held to, and what the description says of them. */

import type { AttributionMethod } from "@calig/core/internal/attribution/method";
import type { Control } from "@calig/core/internal/options/control";
import type { OptionForm } from "@calig/core/internal/options/form";
import type { OptionDeclaration, OptionTable, OptionType } from "@calig/core/internal/options/option";
import { defaultText, needsText } from "@calig/core/internal/options/text";
import { flag, oneOf, oneOrMoreOf } from "@calig/core/internal/options/types";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { JsonSchema } from "./json-schema.ts";

/** Longest name of a label, a word or a model. */
export const MOST_NAME = 200;
const MOST_LISTED = 1000;

/** The schemas of a table's options. @param methods - Whose own options are named in the schemas of these. */
export const optionSchemas = (
  table: OptionTable,
  methods: readonly AttributionMethod[] = [],
): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(Object.entries(table).map(([name, declaration]) => [name, schemaOf(name, declaration, methods)]));

function schemaOf(name: string, declaration: OptionDeclaration, methods: readonly AttributionMethod[]): JsonSchema {
  const { type, default: usual } = declaration;
  const takers = methods.filter(({ options = {} }) => Object.hasOwn(options, name));
  return {
    ...bounded(
      toJsonSchema(wordsOnly(type).schema, { errorMode: "ignore", target: "draft-2020-12" }) as unknown as JsonSchema,
    ),
    description: descriptionOf(declaration),
    ...(usual === undefined || typeof usual === "function" ? {} : { default: usual }),
    ...(takers.length === 0 ? {} : { "x-methods": takers.map((method) => method.name) }),
  };
}

/** A request names what it means; objects in the place of names are for TypeScript. */
function wordsOnly(type: OptionType<unknown>): OptionType<unknown> {
  const { control } = type;
  if (control.kind === "switch") return flag;
  if (control.kind === "choice") return oneOf(control.words, control.placeholder);
  return control.kind === "list" && control.single && control.items.kind === "choice"
    ? oneOrMoreOf(control.items.words)
    : type;
}

/** The summary as a sentence, with what it goes with, and what happens without it where that is no constant. */
export function descriptionOf(declaration: OptionDeclaration): string {
  const { summary, default: usual } = declaration;
  const needs = needsText(declaration, (name) => name);
  const otherwise = usual === undefined || typeof usual === "function" ? defaultText(declaration) : undefined;
  return [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}`,
    ...(needs === undefined ? [] : [`Only with ${needs}`]),
    ...(otherwise === undefined ? [] : [`Default: ${otherwise}`]),
  ].join(". ");
}

/** A schema that lets nothing through of any length: the library takes what its caller has, a server what strangers send. */
function bounded({ ...schema }: JsonSchema): JsonSchema {
  const { type, enum: words, anyOf, items, maximum } = schema;
  return {
    ...withoutFields(schema, maximum === Number.MAX_SAFE_INTEGER ? ["$schema", "maximum"] : ["$schema"]),
    ...(type === "string" && words === undefined
      ? { maxLength: Math.min(schema.maxLength ?? MOST_NAME, MOST_NAME) }
      : {}),
    ...(type === "array" ? { maxItems: Math.min(schema.maxItems ?? MOST_LISTED, MOST_LISTED) } : {}),
    ...(items === undefined ? {} : { items: bounded(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(bounded) }),
  };
}

const withoutFields = (schema: JsonSchema, names: readonly string[]): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));

/** The schema of an option of which only the form is known: what its words and bounds tell. */
export function formSchema({ control, summary, otherwise }: OptionForm): JsonSchema {
  const description = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}`;
  return {
    ...controlSchema(control),
    description: otherwise === undefined ? description : `${description}. Default: ${otherwise}`,
  };
}

function controlSchema(control: Control): JsonSchema {
  switch (control.kind) {
    case "switch":
      return { type: "boolean" };
    case "text":
      return { type: "string", maxLength: MOST_NAME };
    case "size":
      return { type: "integer", minimum: 0 };
    case "choice":
      return { type: "string", enum: control.words };
    case "number": {
      const { whole, min, above, max, words } = control;
      const number: JsonSchema = {
        type: whole ? "integer" : "number",
        ...(min === undefined ? {} : { minimum: min }),
        ...(above === undefined ? {} : { exclusiveMinimum: above }),
        ...(max === undefined ? {} : { maximum: max }),
      };
      return words.length === 0 ? number : { anyOf: [number, { type: "string", enum: words }] };
    }
    case "list": {
      const items: JsonSchema = { type: "array", items: controlSchema(control.items), maxItems: MOST_LISTED };
      const others: readonly JsonSchema[] = [
        ...(control.single ? [controlSchema(control.items)] : []),
        ...(control.words.length === 0 ? [] : [{ type: "string" as const, enum: control.words }]),
      ];
      return others.length === 0 ? items : { anyOf: [items, ...others] };
    }
  }
}

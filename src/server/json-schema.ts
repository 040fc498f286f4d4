/**
 * @file The part of JSON Schema that the server's description uses, and a check of values against it: the schema that
 * clients read is the one that requests are held to.
 */

import { quote } from "../errors.ts";

type TypeName = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** A schema of JSON Schema 2020-12 (OpenAPI 3.1), as far as it is used here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly default?: unknown;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** False where other fields are refused; a schema that they must meet. */
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

export type SchemaTable = Readonly<Record<string, JsonSchema>>;

const REFERENCE = "#/components/schemas/";

/** A schema that stands for one of the table of components. */
export const reference = (name: string): JsonSchema => ({ $ref: `${REFERENCE}${name}` });

/** An object with these fields and no others; all are required but those named `optional`. */
export function record(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
  description?: string,
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return {
    type: "object",
    ...(description === undefined ? {} : { description }),
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

type OptionalKey<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T] & string;

/** `record` for data of a type: a field that the schema lacks, or that the type lacks, does not compile. */
export const recordOf = <T extends object>(
  properties: Readonly<Record<keyof T & string, JsonSchema>>,
  optional: readonly OptionalKey<T>[] = [],
  description?: string,
): JsonSchema => record(properties, optional, description);

/**
 * Everything in which a JSON value differs from a schema, one sentence each without a final period; empty where it meets
 * the schema.
 *
 * @param components - What references stand for.
 * @param at - What the value is called.
 */
export function problemsOf(value: unknown, schema: JsonSchema, components: SchemaTable, at: string): string[] {
  if (schema.$ref !== undefined) {
    return problemsOf(value, components[schema.$ref.slice(REFERENCE.length)] as JsonSchema, components, at);
  }
  if (schema.anyOf !== undefined) {
    // Of several shapes, the one that comes nearest tells most: one of the same type, with the fewest problems.
    const alike = schema.anyOf.filter((option) => hasType(value, option));
    const options = alike.length === 0 ? schema.anyOf : alike;
    const answers = options.map((option) => problemsOf(value, option, components, at));
    return answers.reduce((least, own) => (own.length < least.length ? own : least));
  }
  if (!hasType(value, schema)) {
    return [
      `${at} must be ${typesOf(schema)
        .map((type) => TYPE_NAMES[type])
        .join(" or ")}${found(value)}`,
    ];
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => allowed === value)) {
    return [`${at} must be one of ${schema.enum.map(quote).join(", ")}${found(value)}`];
  }
  if (typeof value === "string") return stringProblems(value, schema, at);
  if (typeof value === "number") return numberProblems(value, schema, at);
  if (Array.isArray(value)) return arrayProblems(value, schema, components, at);
  if (typeof value === "object" && value !== null) {
    return objectProblems(value as Readonly<Record<string, unknown>>, schema, components, at);
  }
  return [];
}

const typesOf = ({ type }: JsonSchema): readonly TypeName[] =>
  type === undefined ? [] : ([type].flat() as TypeName[]);

/** Whether the value is of a type that the schema names; true where it names none. */
function hasType(value: unknown, schema: JsonSchema): boolean {
  const types = typesOf(schema);
  return types.length === 0 || types.some((type) => isOf(value, type));
}

const TYPE_NAMES: Readonly<Record<TypeName, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

/** Longest value that a message repeats. */
const MOST_SHOWN = 60;

function found(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > MOST_SHOWN ? "" : `, it is ${text}`;
}

function isOf(value: unknown, type: TypeName): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function stringProblems(value: string, { minLength = 0, maxLength }: JsonSchema, at: string): string[] {
  if (value.length < minLength) return [`${at} must have at least ${minLength} characters, it has ${value.length}`];
  if (maxLength !== undefined && value.length > maxLength) {
    return [`${at} must have at most ${maxLength} characters, it has ${value.length}`];
  }
  return [];
}

function numberProblems(value: number, { minimum, exclusiveMinimum, maximum }: JsonSchema, at: string): string[] {
  if (minimum !== undefined && value < minimum) return [`${at} must be at least ${minimum}, it is ${value}`];
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    return [`${at} must be greater than ${exclusiveMinimum}, it is ${value}`];
  }
  if (maximum !== undefined && value > maximum) return [`${at} must be at most ${maximum}, it is ${value}`];
  return [];
}

function arrayProblems(
  value: readonly unknown[],
  { items, minItems = 0, maxItems }: JsonSchema,
  components: SchemaTable,
  at: string,
): string[] {
  if (value.length < minItems) return [`${at} must have at least ${minItems} items, it has ${value.length}`];
  if (maxItems !== undefined && value.length > maxItems) {
    return [`${at} must have at most ${maxItems} items, it has ${value.length}`];
  }
  return items === undefined ? [] : value.flatMap((item, i) => problemsOf(item, items, components, `${at}[${i}]`));
}

function objectProblems(
  value: Readonly<Record<string, unknown>>,
  { properties = {}, required = [], additionalProperties = true }: JsonSchema,
  components: SchemaTable,
  at: string,
): string[] {
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${at} must have the field ${quote(name)}`);
  const wrong = Object.entries(value).flatMap(([name, field]) => {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const schema = own ?? additionalProperties;
    if (schema === true) return [];
    if (schema !== false) return problemsOf(field, schema, components, `${at}.${name}`);
    const known = Object.keys(properties).map(quote).join(", ");
    return [`${at} has the unknown field ${quote(name.slice(0, MOST_SHOWN))}; known are ${known}`];
  });
  return [...missing, ...wrong];
}

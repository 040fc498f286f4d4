/**
 * @file The part of JSON Schema that the server's description uses, and a check of values against it: the schema that
 * clients read is the one that requests are held to.
 */

import { quote } from "@calig/core/internal/errors";
import { nearestName } from "@calig/core/internal/options/check";

type TypeName = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** A schema of JSON Schema 2020-12 (OpenAPI 3.1), as far as it is used here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly default?: unknown;
  /** Names of the methods that take an option. */
  readonly "x-methods"?: readonly string[];
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
  /** The field that tells which of `anyOf` an object is, and the component of each of its values. */
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Readonly<Record<string, string>> };
  /** Fields of which an object has exactly one. */
  readonly oneOf?: readonly { readonly required: readonly [string] }[];
  /** Fields that may not be there without others. */
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
}

export type SchemaTable = Readonly<Record<string, JsonSchema>>;

const REFERENCE = "#/components/schemas/";

/** A schema that stands for one of the table of components. */
export const reference = (name: string): { readonly $ref: string } => ({ $ref: `${REFERENCE}${name}` });

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
 * @param most - Where to stop: nothing is looked at once so many problems are found.
 */
export const problemsOf = (
  value: unknown,
  schema: JsonSchema,
  components: SchemaTable,
  at: string,
  most = Number.POSITIVE_INFINITY,
): string[] => check(value, schema, components, () => at, most);

/** What a value is called. Said only where there is a problem: a body may have 200,000 items. */
type Place = () => string;

function check(value: unknown, schema: JsonSchema, components: SchemaTable, at: Place, most: number): string[] {
  if (schema.$ref !== undefined) {
    return check(value, components[schema.$ref.slice(REFERENCE.length)] as JsonSchema, components, at, most);
  }
  if (schema.anyOf !== undefined) {
    // Of several shapes, the one that comes nearest tells most: one of the same type, with the fewest problems.
    const isAlike = schema.anyOf.some((option) => hasType(value, option));
    let least: string[] | undefined;
    for (const option of schema.anyOf) {
      if (isAlike && !hasType(value, option)) continue;
      const own = check(value, option, components, at, most);
      if (least === undefined || own.length < least.length) least = own;
      if (own.length === 0) break;
    }
    return least ?? [];
  }
  if (!hasType(value, schema)) {
    return [
      `${at()} must be ${typesOf(schema)
        .map((type) => TYPE_NAMES[type])
        .join(" or ")}${found(value)}`,
    ];
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => allowed === value)) {
    return [`${at()} must be one of ${schema.enum.map(quote).join(", ")}${found(value)}`];
  }
  if (typeof value === "string") return stringProblems(value, schema, at);
  if (typeof value === "number") return numberProblems(value, schema, at);
  if (Array.isArray(value)) return arrayProblems(value, schema, components, at, most);
  if (typeof value === "object" && value !== null) {
    return objectProblems(value as Readonly<Record<string, unknown>>, schema, components, at, most);
  }
  return [];
}

const typesOf = ({ type }: JsonSchema): readonly TypeName[] =>
  type === undefined ? [] : ([type].flat() as TypeName[]);

/** Whether the value is of a type that the schema names; true where it names none. Asked of every item: makes nothing. */
function hasType(value: unknown, { type }: JsonSchema): boolean {
  if (type === undefined) return true;
  return typeof type === "string" ? isOf(value, type) : type.some((own) => isOf(value, own));
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
  if (!isShort(value, MOST_SHOWN)) return "";
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > MOST_SHOWN ? "" : `, it is ${text}`;
}

/** Whether it may be no longer than that as JSON. Looks at no more of it than that. */
function isShort(value: unknown, most: number): boolean {
  let left = most;
  const fits = (part: unknown): boolean => {
    left--;
    if (typeof part === "string") left -= part.length;
    if (left < 0) return false;
    if (typeof part !== "object" || part === null) return true;
    if (Array.isArray(part)) return part.length <= left && part.every(fits);
    for (const name in part) {
      left -= name.length;
      if (!fits((part as Readonly<Record<string, unknown>>)[name])) return false;
    }
    return true;
  };
  return fits(value);
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

function stringProblems(value: string, { minLength = 0, maxLength }: JsonSchema, at: Place): string[] {
  if (value.length < minLength) return [`${at()} must have at least ${minLength} characters, it has ${value.length}`];
  if (maxLength !== undefined && value.length > maxLength) {
    return [`${at()} must have at most ${maxLength} characters, it has ${value.length}`];
  }
  return [];
}

function numberProblems(value: number, { minimum, exclusiveMinimum, maximum }: JsonSchema, at: Place): string[] {
  if (minimum !== undefined && value < minimum) return [`${at()} must be at least ${minimum}, it is ${value}`];
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    return [`${at()} must be greater than ${exclusiveMinimum}, it is ${value}`];
  }
  if (maximum !== undefined && value > maximum) return [`${at()} must be at most ${maximum}, it is ${value}`];
  return [];
}

function arrayProblems(
  value: readonly unknown[],
  { items, minItems = 0, maxItems }: JsonSchema,
  components: SchemaTable,
  at: Place,
  most: number,
): string[] {
  if (value.length < minItems) return [`${at()} must have at least ${minItems} items, it has ${value.length}`];
  if (maxItems !== undefined && value.length > maxItems) {
    return [`${at()} must have at most ${maxItems} items, it has ${value.length}`];
  }
  const problems: string[] = [];
  if (items === undefined) return problems;
  for (const [i, item] of value.entries()) {
    if (problems.length >= most) break;
    const own = check(item, items, components, () => `${at()}[${i}]`, most - problems.length);
    if (own.length > 0) problems.push(...own);
  }
  return problems;
}

function objectProblems(
  value: Readonly<Record<string, unknown>>,
  { properties = {}, required = [], additionalProperties = true, oneOf, dependentRequired = {} }: JsonSchema,
  components: SchemaTable,
  at: Place,
  most: number,
): string[] {
  const has = (name: string) => Object.hasOwn(value, name);
  const problems = required.filter((name) => !has(name)).map((name) => `${at()} must have the field ${quote(name)}`);
  if (oneOf !== undefined) {
    const names = oneOf.map(({ required: [name] }) => name);
    const present = names.filter(has);
    if (present.length === 0) problems.push(`${at()} must have ${names.map(article).join(" or ")}`);
    if (present.length > 1) problems.push(`${at()} has ${present.map(article).join(" and ")}: give one of them`);
  }
  for (const [name, needed] of Object.entries(dependentRequired)) {
    if (!has(name) || needed.every(has)) continue;
    problems.push(`${at()}.${name} goes with ${needed.map(article).join(" and ")} only`);
  }
  const known = Object.keys(properties).map(quote).join(", ");
  const meantBy = (name: string) => {
    const near = nearestName(name, Object.keys(properties));
    return near === undefined ? undefined : `: did you mean ${quote(near)}?`;
  };
  for (const name in value) {
    if (problems.length >= most) break;
    if (!has(name)) continue;
    const schema = (Object.hasOwn(properties, name) ? properties[name] : undefined) ?? additionalProperties;
    if (schema === true) continue;
    if (schema === false) {
      problems.push(
        `${at()} has the unknown field ${quote(name.slice(0, MOST_SHOWN))}${meantBy(name) ?? `; known are ${known}`}`,
      );
    } else {
      problems.push(...check(value[name], schema, components, () => `${at()}.${name}`, most - problems.length));
    }
  }
  return problems.length > most ? problems.slice(0, most) : problems;
}

const article = (name: string): string => `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;

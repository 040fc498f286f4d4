/** @file JSON objects from checkpoint files: checked access to their fields, with errors that name file, key, found and wanted. */

import { CheckpointError, quote } from "../errors.ts";
import { parseJson } from "../util/parse-json.ts";
import { recogniseFile } from "../util/recognise-file.ts";

/**
 * The fields of a JSON object. The getters read one key; a key that is absent or null gives `fallback`.
 *
 * They throw {@link CheckpointError} naming file, key, what was found and what was wanted: when the value is of another
 * type, or absent and there is no fallback.
 */
export interface JsonFields {
  /** Name for error messages. */
  readonly file: string;
  /** All keys that are there. */
  keys(): readonly string[];
  has(key: string): boolean;
  /** The value as it is; undefined where it is absent or null. */
  raw(key: string): unknown;
  /** A value of any type that `fits`; `wanted` describes the type in errors. */
  read<T>(key: string, fallback: T | undefined, wanted: string, fits: (value: unknown) => value is T): T;
  /** A whole number >= 0. */
  integer(key: string, fallback?: number): number;
  /** A finite number. */
  number(key: string, fallback?: number): number;
  string(key: string, fallback?: string): string;
  boolean(key: string, fallback?: boolean): boolean;
  /** A list of whole numbers >= 0; one number is a list of one. */
  integers(key: string, fallback?: readonly number[]): readonly number[];
  /** A list of strings; one string is a list of one. */
  strings(key: string, fallback?: readonly string[]): readonly string[];
  /** The fields of an object within; an absent one is empty. */
  section(key: string): JsonFields;
}

/**
 * Reads a JSON object.
 *
 * @param complete - Adds what the file leaves out.
 * @throws {CheckpointError} When `json` is not one.
 */
export function parseFields(
  json: string,
  file: string,
  complete = (fields: Readonly<Record<string, unknown>>) => fields,
): JsonFields {
  return fieldsOf(complete(parseObject(json, file)), file, "");
}

/** `path` is the name of the object in the file: "" or "rope_parameters.". */
function fieldsOf(fields: Readonly<Record<string, unknown>>, file: string, path: string): JsonFields {
  const raw = (key: string): unknown => (Object.hasOwn(fields, key) ? (fields[key] ?? undefined) : undefined);

  const read = <T>(key: string, fallback: T | undefined, wanted: string, fits: (value: unknown) => value is T): T => {
    const value = raw(key);
    if (value === undefined && fallback !== undefined) return fallback;
    if (fits(value)) return value;
    const found = value === undefined ? "missing" : quote(value);
    throw new CheckpointError(
      `Cannot use "${file}": "${path}${key}" is ${found}, wanted ${wanted}; check that the file belongs to this model`,
      file,
    );
  };

  const getter =
    <T>(wanted: string, fits: (value: unknown) => value is T) =>
    (key: string, fallback?: T): T =>
      read(key, fallback, wanted, fits);

  return {
    file,
    keys: () => Object.keys(fields),
    has: (key) => raw(key) !== undefined,
    raw,
    read,
    integer: getter("a whole number of at least 0", isSize),
    number: getter("a number", isNumber),
    string: getter("a string", isString),
    boolean: getter("true or false", isBoolean),
    integers(key, fallback) {
      const value = raw(key);
      const wanted = "a whole number of at least 0, or a list of such numbers";
      return isSize(value) ? [value] : read(key, fallback, wanted, isSizes);
    },
    strings(key, fallback) {
      const value = raw(key);
      return isString(value) ? [value] : read(key, fallback, "a string or a list of strings", isStrings);
    },
    section: (key) => fieldsOf(read(key, {}, "an object", isRecord), file, `${path}${key}.`),
  };
}

/** What a text is that was to be JSON, and the way out. */
export const notJson = (text: string): string =>
  (text.startsWith("{") ? undefined : recogniseFile(new TextEncoder().encode(text.trimStart().slice(0, 16)))) ??
  (text.trim() === "" ? "the file is empty; download it again" : "it is not valid JSON; download it again");

function parseObject(json: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (cause) {
    throw new CheckpointError(`Cannot use "${file}": ${notJson(json)}`, file, { cause });
  }
  if (isRecord(value)) return value;
  throw new CheckpointError(`Cannot use "${file}": it is ${quote(value)}, wanted an object; download it again`, file);
}

/** Whether a value is one of some words. */
export const isOneOf =
  <T>(words: readonly T[]) =>
  (value: unknown): value is T =>
    words.includes(value as T);

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";
export const isStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString);
export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
export const isSize = (value: unknown): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= 0;
const isSizes = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isSize);
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

/** @file config.json of a Hugging Face checkpoint: typed and checked access. Knows keys that all families share, none of one family. */

import { CheckpointError, quote } from "../errors.ts";

/** How the head was trained, where the configuration says it. */
export type ProblemType = "regression" | "single_label_classification" | "multi_label_classification";

const PROBLEM_TYPES: readonly ProblemType[] = [
  "regression",
  "single_label_classification",
  "multi_label_classification",
];

/**
 * A configuration. The getters read one top-level key; a key that is absent or null gives `fallback`.
 *
 * They throw {@link CheckpointError} naming file, key, what was found and what was wanted: when the value is of another
 * type, or absent and there is no fallback.
 */
export interface CheckpointConfig {
  /** Name for error messages. */
  readonly file: string;
  /** `model_type`: "bert". */
  readonly modelType: string;
  /** Class names of the Python library: "BertForSequenceClassification". Empty where not stated. */
  readonly architectures: readonly string[];
  /** Name of each class, by index; "LABEL_0", "LABEL_1", ... where the configuration names none. */
  readonly labels: readonly string[];
  readonly numLabels: number;
  readonly problemType: ProblemType | undefined;
  has(key: string): boolean;
  /** A whole number >= 0. */
  integer(key: string, fallback?: number): number;
  /** A finite number. */
  number(key: string, fallback?: number): number;
  string(key: string, fallback?: string): string;
  boolean(key: string, fallback?: boolean): boolean;
  /** A list of strings; one string is a list of one. */
  strings(key: string, fallback?: readonly string[]): readonly string[];
}

/**
 * Reads a config.json.
 *
 * @throws {CheckpointError} When it is not a JSON object, or what all families need is missing or malformed.
 */
export function parseConfig(json: string, file: string): CheckpointConfig {
  const fields = parseObject(json, file);

  const read = <T>(key: string, fallback: T | undefined, wanted: string, fits: (value: unknown) => value is T): T => {
    const value = fields[key] ?? undefined;
    if (value === undefined && fallback !== undefined) return fallback;
    if (fits(value)) return value;
    const found = value === undefined ? "missing" : quote(value);
    throw new CheckpointError(
      `Cannot use "${file}": "${key}" is ${found}, wanted ${wanted}; check that the file belongs to this model`,
      file,
    );
  };

  const integer = (key: string, fallback?: number) => read(key, fallback, "a whole number of at least 0", isSize);
  const string = (key: string, fallback?: string) => read(key, fallback, "a string", isString);
  const labels = readLabels();

  return {
    file,
    modelType: string("model_type"),
    architectures: read("architectures", [], "a list of strings", isStrings),
    labels,
    numLabels: labels.length,
    problemType: fields.problem_type == null ? undefined : readProblemType(),
    has: (key) => (fields[key] ?? undefined) !== undefined,
    integer,
    number: (key, fallback) => read(key, fallback, "a number", isNumber),
    string,
    boolean: (key, fallback) => read(key, fallback, "true or false", isBoolean),
    strings: (key, fallback) =>
      isString(fields[key]) ? [fields[key]] : read(key, fallback, "a string or a list of strings", isStrings),
  };

  function readProblemType(): ProblemType {
    const isProblemType = (value: unknown): value is ProblemType => PROBLEM_TYPES.includes(value as ProblemType);
    return read("problem_type", undefined, `one of ${PROBLEM_TYPES.map(quote).join(", ")}`, isProblemType);
  }

  /** `id2label` wins over `num_labels`, and without both there are 2 classes: as in transformers' PretrainedConfig. */
  function readLabels(): readonly string[] {
    if (fields.id2label == null) {
      return Array.from({ length: integer("num_labels", 2) }, (_, index) => `LABEL_${index}`);
    }
    const wanted = "an object that names the classes 0, 1, 2, ... without a gap";
    const names = read("id2label", undefined, wanted, isRecord);
    const size = Object.keys(names).length;
    return Array.from({ length: size }, (_, index) => {
      const name = names[index];
      if (typeof name === "string" || typeof name === "number") return String(name);
      throw new CheckpointError(
        `Cannot use "${file}": "id2label" has ${size} classes but none with the index ${index}, wanted ${wanted}`,
        file,
      );
    });
  }
}

function parseObject(json: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new CheckpointError(`Cannot use "${file}": it is not valid JSON; download it again`, file, { cause });
  }
  if (isRecord(value)) return value;
  throw new CheckpointError(`Cannot use "${file}": it is ${quote(value)}, wanted an object; download it again`, file);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";
const isStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString);
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isSize = (value: unknown): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= 0;
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

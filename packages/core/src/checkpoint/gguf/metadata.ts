/** @file Metadata of a GGUF file: checked access to single values, with errors that name file, key, found and wanted. */

import { CheckpointError, quote } from "../../errors.ts";
import type { GgufHeader, GgufValue } from "./header.ts";

/** The getters give undefined for keys that are not there, or `fallback`. @throws {CheckpointError} For values of other types. */
export interface GgufMetadata {
  readonly file: string;
  number(key: string): number | undefined;
  /** A number that has to be there. */
  needed(key: string): number;
  string(key: string): string | undefined;
  boolean(key: string): boolean | undefined;
  strings(key: string): readonly string[] | undefined;
  numbers(key: string): readonly number[] | undefined;
}

export function metadataOf({ file, metadata }: Pick<GgufHeader, "file" | "metadata">): GgufMetadata {
  const read = <T extends GgufValue>(key: string, wanted: string, fits: (value: GgufValue) => value is T) => {
    const value = metadata.get(key);
    if (value === undefined || fits(value)) return value;
    const found = Array.isArray(value) ? `a list of ${value.length} values` : quote(value);
    throw new CheckpointError(
      `Cannot use "${file}": its "${key}" is ${found}, wanted ${wanted}; calig does not build models of that kind`,
      file,
    );
  };
  return {
    file,
    number: (key) => read(key, "a number", isNumber),
    needed(key) {
      const value = read(key, "a number", isNumber);
      if (value !== undefined) return value;
      throw new CheckpointError(
        `Cannot use "${file}": its metadata lack "${key}", wanted a number; convert the model again with a present llama.cpp`,
        file,
      );
    },
    string: (key) => read(key, "a text", (value): value is string => typeof value === "string"),
    boolean: (key) => read(key, "true or false", (value): value is boolean => typeof value === "boolean"),
    strings: (key) => read(key, "a list of texts", (value): value is readonly string[] => isListOf(value, "string")),
    numbers: (key) => read(key, "a list of numbers", (value): value is readonly number[] => isListOf(value, "number")),
  };
}

const isNumber = (value: GgufValue): value is number => typeof value === "number";
const isListOf = (value: GgufValue, type: "string" | "number"): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === type);

/** @file A part of tokenizer.json: an object with a `type`, of which the fields are checked when they are read. */

import { CheckpointError, quote } from "../../../errors.ts";
import { translateRegex } from "./translate-regex.ts";

export type JsonPart = Readonly<Record<string, unknown>>;

const FILE = "tokenizer.json";

export const isPart = (value: unknown): value is JsonPart =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const typeOf = (part: JsonPart): string => (typeof part.type === "string" ? part.type : "of no type");

/** A token is written as its text, or as an object with its `content`. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return isPart(value) && typeof value.content === "string" ? value.content : undefined;
}

/** A field that is a text; `otherwise` where it is left out. What else it may be is no text: "". */
export function stringOf(value: unknown, otherwise = ""): string {
  if (value === undefined || value === null) return otherwise;
  return typeof value === "string" ? value : "";
}

/** Parts that a sequence lists. */
export const partsOf = (part: JsonPart, key: string): readonly JsonPart[] =>
  Array.isArray(part[key]) ? (part[key] as unknown[]).filter(isPart) : [];

/** What calig does not do outside Node. */
export function unsupported(what: string, part: JsonPart, known: readonly string[]): CheckpointError {
  return new CheckpointError(
    `Cannot use "${FILE}" here: its ${what} is ${quote(typeOf(part))}, wanted one of ${known.map(quote).join(", ")}; explain with this model in Node, where Hugging Face's own library reads it`,
    FILE,
  );
}

/** The pattern of a part, { String } or { Regex }, as a regular expression of JavaScript with the flags g and u. */
export function patternOf(part: JsonPart, literally: (text: string) => RegExp): RegExp {
  const pattern = isPart(part.pattern) ? part.pattern : {};
  if (typeof pattern.String === "string") return literally(pattern.String);
  if (typeof pattern.Regex === "string") {
    try {
      return translateRegex(pattern.Regex);
    } catch (cause) {
      throw new CheckpointError(
        `Cannot use "${FILE}" here: its pattern ${quote(pattern.Regex)} is not one of JavaScript; explain with this model in Node, where Hugging Face's own library reads it`,
        FILE,
        { cause },
      );
    }
  }
  throw new CheckpointError(
    `Cannot use "${FILE}": a ${quote(typeOf(part))} has no pattern; download the file again`,
    FILE,
  );
}

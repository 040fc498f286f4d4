/** @file Explanations as JSON: the record itself, laid out so that people can read it too. */

import type { Explanation } from "../attribution/explanation.ts";

const WIDTH = 120;

/** JSON of a value in lines of at most `WIDTH` where it fits; lists of numbers flow over several lines. */
function write(value: unknown, indent: string): string {
  const line = oneLine(value);
  if (indent.length + line.length <= WIDTH || typeof value !== "object" || value === null) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const isFlat = value.every((item) => typeof item !== "object" || item === null);
    const items = isFlat ? fill(value.map(oneLine), WIDTH - inner.length) : value.map((item) => write(item, inner));
    return `[\n${items.map((item) => inner + item).join(isFlat ? "\n" : ",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => `${inner}${JSON.stringify(name)}: ${write(field, inner)}`);
  return `{\n${fields.join(",\n")}\n${indent}}`;
}

/** JSON in one line, with a space after each comma and colon. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => `${JSON.stringify(name)}: ${oneLine(field)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** Items joined by commas into lines of at most `columns`. */
function fill(items: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  items.forEach((item, i) => {
    const part = i < items.length - 1 ? `${item},` : item;
    if (line !== "" && line.length + 1 + part.length > columns) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? part : ` ${part}`;
  });
  lines.push(line);
  return lines;
}

/**
 * JSON text that parses to the explanation (or the list of explanations), ended by a line end.
 *
 * Numbers keep all their digits; those that are not finite become null, as JSON has no word for them.
 */
export function renderJson(explanation: Explanation | readonly Explanation[]): string {
  return jsonText(explanation);
}

/** Any plain data as explanations are written. */
export const jsonText = (data: unknown): string => `${write(data, "")}\n`;

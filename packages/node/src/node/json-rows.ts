/** @file Rows of JSON: one a line, or the items of a list. What cannot be read is an error of its row. */

import { InputError, quote } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";
import type { FileRow } from "./file-row.ts";
import { lineAt } from "./read-text.ts";

/** A row for each line that is not blank: an object, or a string as its field `text`. */
export function jsonRows(content: string): FileRow[] {
  return content.split(/\r\n|\n|\r/).flatMap((source, i): FileRow[] => {
    if (source.trim() === "") return [];
    const line = i + 1;
    try {
      return [{ line, fields: fieldsOf(parseJson(source), "line") }];
    } catch (cause) {
      return [{ line, fields: new InputError(`the line is not valid JSON${hint(source)}`, { cause }) }];
    }
  });
}

/** Rows, and what their numbers count. */
export interface JsonRecords {
  readonly rows: readonly FileRow[];
  readonly counted: "line" | "item";
}

/**
 * The rows of a file that is a list of objects or strings, an object with such a list as its field `data`, one object,
 * or has one of these in each line. The content tells which, whatever the file is called.
 *
 * @throws {InputError} When it is JSON neither as a whole nor in its lines, or holds columns instead of rows.
 */
export function jsonRecords(content: string, file: string): JsonRecords {
  let whole: unknown;
  try {
    whole = parseJson(content);
  } catch (cause) {
    return { rows: linesOf(content, file, cause as SyntaxError), counted: "line" };
  }
  if (Array.isArray(whole)) return items(whole, file);
  if (typeof whole !== "object" || whole === null) return { rows: jsonRows(content), counted: "line" };
  const { data } = whole as { readonly data?: unknown };
  if (Array.isArray(data)) return items(data, file);
  const values = Object.values(whole);
  if (values.length > 0 && values.every((value) => typeof value === "object" && value !== null)) {
    throw new InputError(
      `Cannot read ${quote(file)}: it is one object of ${values.every(Array.isArray) ? "lists" : "objects"} (${Object.keys(whole).slice(0, 10).map(quote).join(", ")}), not a list of rows; write a list of objects, as pandas does with orient="records", or put the list into a field "data"`,
    );
  }
  return {
    rows: [{ line: lineAt(content, content.search(/\S/)), fields: fieldsOf(whole, "object") }],
    counted: "line",
  };
}

function items(list: readonly unknown[], file: string): JsonRecords {
  if (list.length > 0 && list.every(Array.isArray)) {
    throw new InputError(
      `Cannot read ${quote(file)}: its items are lists without names; write a list of objects, as pandas does with orient="records"`,
    );
  }
  return { rows: list.map((value, i) => ({ line: i + 1, fields: fieldsOf(value, "item") })), counted: "item" };
}

/** Lines of JSON; a file that is none, or is an object or list over several lines that breaks off, is refused as a whole. */
function linesOf(content: string, file: string, { message }: SyntaxError): FileRow[] {
  const rows = jsonRows(content);
  const opensOnly = /^\s*[[{]\s*?[\r\n]/.test(content);
  if (!opensOnly && rows.some(({ fields }) => !(fields instanceof InputError))) return rows;
  const position = /position (\d+)/.exec(message)?.[1];
  const line = lineAt(content, position === undefined ? content.trimEnd().length : Number(position));
  const source = content.split(/\r\n|\n|\r/)[line - 1] ?? "";
  if (rows.length === 0) return rows;
  throw new InputError(
    `Cannot read ${quote(file)}: it is not valid JSON, as line ${line} shows${hint(source)}; give a list of objects, or one object a line`,
  );
}

function fieldsOf(value: unknown, what: "line" | "item" | "object"): FileRow["fields"] {
  if (typeof value === "string") return { text: value };
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return new InputError(`the ${what} is not an object with field "text"`);
}

/** What is often wrong with lines of JSON. */
function hint(source: string): string {
  if (/^\s*\[?\s*\{?\s*'/.test(source))
    return ": names and texts need double quotes, as json.dumps of Python writes them";
  if (/[:,[]\s*-?(?:NaN|Infinity)\b/.test(source)) return ": NaN is no JSON, null is";
  if (/[}"],\s*$/.test(source)) return ": it ends in a comma";
  return "";
}

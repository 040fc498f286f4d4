/** @file The project's own layout: fields or columns `text`, and where there are any `pair`, `id`, `label`, `rationale`. */

import { InputError } from "../../errors.ts";
import { type FileRow, jsonRows, tableRows, textInput } from "../read-rows.ts";
import type { DatasetFile, DatasetLayout, DatasetRow } from "./layout.ts";
import { characterOffsets, parseRationale } from "./rationales.ts";

export const records: DatasetLayout = {
  name: "records",
  summary:
    "JSON lines, or a table with a row of names: text, and where there are any pair, id, label, rationale (0 or 1 per token between white space, or pairs of character offsets) or spans (list of character offsets, as in SemEval-2021 Toxic Spans)",
  matches: ({ extension }) => [".jsonl", ".ndjson", ".csv", ".tsv"].includes(extension),
  read: async (file) => rowsOf(file).map(toRow),
};

function rowsOf({ path, extension, content }: DatasetFile): FileRow[] {
  if (extension === ".csv") return tableRows(content, path, ",");
  return extension === ".tsv" ? tableRows(content, path, "\t") : jsonRows(content);
}

const toRow = ({ line, fields }: FileRow): DatasetRow => ({
  line,
  item: fields instanceof InputError ? fields : recordItem(fields),
});

/** An input from its fields, or what is wrong with them. */
export function recordItem(fields: Readonly<Record<string, unknown>>): DatasetRow["item"] {
  const { text, pair, id, label, rationale, spans } = fields;
  const input = textInput(text, pair);
  if (input instanceof InputError) return input;
  if (label !== undefined && label !== null && typeof label !== "string" && typeof label !== "number") {
    return new InputError('field "label" is neither a name nor a number');
  }
  const marked = spans === undefined ? parseRationale(input.text, rationale) : parseCharacters(input.text, spans);
  if (marked instanceof InputError) return marked;
  return {
    input,
    ...(typeof id === "string" || typeof id === "number" ? { id: String(id) } : {}),
    ...(label === undefined || label === null || label === "" ? {} : { label }),
    ...(marked === undefined ? {} : { rationale: marked }),
  };
}

function parseCharacters(text: string, value: unknown) {
  let list: unknown = value;
  try {
    if (typeof value === "string") list = JSON.parse(value);
  } catch {
    list = undefined;
  }
  return Array.isArray(list)
    ? characterOffsets(text, list)
    : new InputError('field "spans" is no list of character offsets, as in "[4, 5, 6]"');
}

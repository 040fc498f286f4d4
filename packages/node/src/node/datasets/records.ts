/** @file The project's own layout: fields or columns `text`, and where there are any `pair`, `id`, `label`, `rationale`. */

import { InputError } from "@calig/core/internal/errors";
import type { DatasetLayout, DatasetRow } from "@calig/core/internal/evaluation/dataset-layout";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { type Columns, OWN_COLUMNS } from "../columns.ts";
import { isTable, JSON_ENDINGS, readRecords, rowInput, TABLE_ENDINGS } from "../read-rows.ts";
import { characterOffsets, parseRationale } from "./rationales.ts";

export const records: DatasetLayout = {
  name: "records",
  summary:
    "JSON (see above), or a table with a row of names: text, and where there are any pair, id, label, rationale (0 or 1 per token between white space, or pairs of character offsets) or spans (list of character offsets, as in SemEval-2021 Toxic Spans)",
  matches: (file) =>
    file.asked ||
    [...JSON_ENDINGS, ...TABLE_ENDINGS].includes(file.extension) ||
    (file.extension === ".txt" && isTable(file, file.options)),
  async read(file) {
    const { rows, columns, counted, note } = readRecords(file, file.options, "data set");
    return {
      rows: rows.map(({ line, fields }) => ({
        line,
        item: fields instanceof InputError ? fields : recordItem(fields, columns),
      })),
      counted,
      ...(note === undefined ? {} : { notes: [note] }),
    };
  },
};

/** An input from its fields, or what is wrong with them. */
export function recordItem(
  fields: Readonly<Record<string, unknown>>,
  columns: Columns = OWN_COLUMNS,
): DatasetRow["item"] {
  const found = rowInput(fields, columns);
  if (found instanceof InputError) return found;
  const { rationale, spans } = fields;
  const label = labelOf(columns.label === undefined ? undefined : fields[columns.label], columns);
  if (label instanceof InputError) return label;
  const { text } = found.input;
  const marked = spans === undefined ? parseRationale(text, rationale) : parseCharacters(text, spans);
  if (marked instanceof InputError) return marked;
  return {
    ...found,
    ...(label === undefined ? {} : { label }),
    ...(marked === undefined ? {} : { rationale: marked }),
  };
}

function labelOf(value: unknown, { label: name }: Columns): string | number | undefined | InputError {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return value;
  // A class may be called "true".
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "string") return new InputError(`field "${name}" is neither a name nor a number`);
  return value.trim() === "" ? undefined : value.trim();
}

function parseCharacters(text: string, value: unknown) {
  let list: unknown = value;
  try {
    if (typeof value === "string") list = parseJson(value);
  } catch {
    list = undefined;
  }
  return Array.isArray(list)
    ? characterOffsets(text, list)
    : new InputError('field "spans" is no list of character offsets, as in "[4, 5, 6]"');
}

/** @file Tables of two columns without names: label, tab, text (SST-2 as it is commonly passed on, and many others). */

import { InputError } from "@calig/core/internal/errors";
import { type DatasetLayout, type DatasetRow, firstLine } from "@calig/core/internal/evaluation/dataset-layout";
import { isColumnName } from "../columns.ts";
import { parseTable, type TableRow } from "../parse-table.ts";
import { textInput } from "../read-rows.ts";

/** How fastText marks labels; it is no part of them. */
const FASTTEXT = /^__label__/;

export const labelText: DatasetLayout = {
  name: "label-text",
  summary: "lines of label, tab, text, without names of columns (.tsv); a prefix __label__ is left out",
  matches({ extension, content, asked }) {
    const cells = firstLine(content).split("\t");
    return !asked && extension === ".tsv" && cells.length === 2 && !areNames(cells);
  },
  read: async ({ content }) => ({ rows: parseTable(content, "\t").map(toRow) }),
};

/** Whether the cells of the first line, perhaps in quotes, name columns: then a table is of another layout. */
function areNames(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  return names.some(isColumnName);
}

function toRow({ line, cells: [first = "", ...texts] }: TableRow): DatasetRow {
  if (texts.length === 0) return { line, item: new InputError("the line has no tab between label and text") };
  const label = first.trim().replace(FASTTEXT, "");
  if (label === "") return { line, item: new InputError("the line has no label before its tab") };
  const input = textInput(texts.join("\t").trim(), undefined);
  return { line, item: input instanceof InputError ? input : { input, label } };
}

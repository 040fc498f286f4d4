/** @file Tables of two columns without names: label, tab, text (SST-2 as it is commonly passed on, and many others). */

import { InputError } from "../../errors.ts";
import { parseTable, type TableRow } from "../parse-table.ts";
import { textInput } from "../read-rows.ts";
import { type DatasetLayout, type DatasetRow, firstLine } from "./layout.ts";

/** How fastText marks labels; it is no part of them. */
const FASTTEXT = /^__label__/;

/** The name of a column, perhaps in quotes: a table with such a first line is of another layout. */
const COLUMN = /^"?(?:text|label)"?$/;

export const labelText: DatasetLayout = {
  name: "label-text",
  summary: "lines of label, tab, text, without names of columns (.tsv); a prefix __label__ is left out",
  matches({ extension, content }) {
    const cells = firstLine(content).split("\t");
    return extension === ".tsv" && cells.length === 2 && !cells.some((cell) => COLUMN.test(cell.trim()));
  },
  read: async ({ content }) => parseTable(content, "\t").map(toRow),
};

function toRow({ line, cells: [first = "", ...texts] }: TableRow): DatasetRow {
  if (texts.length === 0) return { line, item: new InputError("the line has no tab between label and text") };
  const label = first.trim().replace(FASTTEXT, "");
  if (label === "") return { line, item: new InputError("the line has no label before its tab") };
  const input = textInput(texts.join("\t").trim(), undefined);
  return { line, item: input instanceof InputError ? input : { input, label } };
}

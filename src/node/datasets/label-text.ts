/** @file Tables of two columns without names: label, tab, text (SST-2 as it is commonly passed on, and many others). */

import { InputError } from "../../errors.ts";
import { textInput } from "../read-rows.ts";
import { type DatasetLayout, type DatasetRow, firstLine } from "./layout.ts";

/** How fastText marks labels; it is no part of them. */
const FASTTEXT = /^__label__/;

export const labelText: DatasetLayout = {
  name: "label-text",
  summary: "lines of label, tab, text, without names of columns (.tsv); a prefix __label__ is left out",
  matches({ extension, content }) {
    const cells = firstLine(content).split("\t");
    return extension === ".tsv" && cells.length === 2 && !cells.some((cell) => cell.trim() === "text");
  },
  read: async ({ content }) =>
    content.split(/\r?\n/).flatMap((source, i): DatasetRow[] => (source.trim() === "" ? [] : [toRow(source, i + 1)])),
};

function toRow(source: string, line: number): DatasetRow {
  const tab = source.indexOf("\t");
  if (tab < 0) return { line, item: new InputError("the line has no tab between label and text") };
  const label = source.slice(0, tab).trim().replace(FASTTEXT, "");
  if (label === "") return { line, item: new InputError("the line has no label before its tab") };
  const input = textInput(source.slice(tab + 1).trim(), undefined);
  return { line, item: input instanceof InputError ? input : { input, label } };
}

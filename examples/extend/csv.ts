/**
 * @file Explanations as tables: one row for each word of a text, or each patch of a picture. A renderer from outside.
 *
 * calig explain --input reviews.csv --plugin examples/extend/csv.ts --out words.csv
 */

import type { Explanation } from "calig";
import { defineRenderer } from "calig/extend";

const HEAD = "input,label,feature,row,column,attribution";

/** What begins with one of these is a formula to programs that calculate: a quote before it keeps it a text. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (value: string | number): string => {
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

function rows(explanation: Explanation, input: number): string[] {
  const { label } = explanation.target;
  const features =
    explanation.layout === "grid"
      ? [...explanation.supporting, ...explanation.opposing].map(({ row, column, attribution }) => [
          "",
          row,
          column,
          attribution,
        ])
      : explanation.words.map(({ text, attribution }) => [text, "", "", attribution]);
  return features.map((values) => [input, label, ...values].map(cell).join(","));
}

const table = (explanations: readonly Explanation[]): string =>
  `${[HEAD, ...explanations.flatMap((explanation, i) => rows(explanation, i + 1))].join("\r\n")}\r\n`;

export default defineRenderer({
  name: "csv",
  extension: "csv",
  mediaType: "text/csv; charset=utf-8",
  binary: false,
  render: (explanation) => table([explanation]),
  renderAll: (results) => table(results.map(({ explanation }) => explanation)),
});

/** @file Plain texts, one a line, and lines as fastText reads them: `__label__NAME text`. */

import { InputError } from "@calig/core/internal/errors";
import type { DatasetLayout, DatasetRow } from "@calig/core/internal/evaluation/dataset-layout";
import { lineRows, textInput } from "../read-rows.ts";

/** How fastText marks labels. */
const MARK = "__label__";

export const textLines: DatasetLayout = {
  name: "text-lines",
  summary: "a text a line, without labels (.txt), or with one in front of it as fastText has it: __label__NAME text",
  matches: ({ extension }) => extension === ".txt",
  async read({ content }) {
    const lines = lineRows(content);
    const marked = lines.some(({ fields: { text } }) => isMarked(text));
    return {
      rows: lines.map(
        ({ line, fields: { text } }): DatasetRow => ({ line, item: marked ? markedItem(text) : { input: { text } } }),
      ),
    };
  },
};

const isMarked = (text: string): boolean => text.trimStart().startsWith(MARK);

function markedItem(line: string): DatasetRow["item"] {
  const [, label, text = ""] = /^\s*__label__(\S+)\s+(.*)$/.exec(line) ?? [];
  if (label === undefined) return new InputError(`the line has no ${MARK}NAME and text, other lines have`);
  if (isMarked(text)) return new InputError("the line has several labels: one is supported");
  const input = textInput(text, undefined);
  return input instanceof InputError ? input : { input, label };
}

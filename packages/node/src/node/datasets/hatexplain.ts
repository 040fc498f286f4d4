/** @file HateXplain (Mathew et al. 2021) as JSON lines: tokens, a majority label, and the marks of two or three annotators. */

import { InputError } from "@calig/core/internal/errors";
import { type DatasetLayout, type DatasetRow, firstRecord } from "@calig/core/internal/evaluation/dataset-layout";
import type { FileRow } from "../file-row.ts";
import { jsonRows } from "../json-rows.ts";
import { joinSpans } from "./rationales.ts";

/** Annotators who must have marked a token. */
const AGREEING = 2;

export const hatexplain: DatasetLayout = {
  name: "hatexplain",
  summary: "HateXplain as .jsonl with post_tokens, label, rationales: tokens that at least two annotators marked",
  matches: (file) => !file.asked && Array.isArray(firstRecord(file)?.post_tokens),
  read: async ({ content }) => ({ rows: jsonRows(content).map(toRow) }),
};

function toRow({ line, fields }: FileRow): DatasetRow {
  if (fields instanceof InputError) return { line, item: fields };
  const { post_id: id, post_tokens: tokens, label, rationales = [] } = fields;
  if (!Array.isArray(tokens) || tokens.length === 0 || tokens.some((token) => typeof token !== "string")) {
    return { line, item: new InputError('field "post_tokens" is missing or is no list of texts') };
  }
  if (label !== undefined && typeof label !== "string")
    return { line, item: new InputError('field "label" is no text') };
  const lists = rationales as readonly (readonly unknown[])[];
  const bad = Array.isArray(rationales)
    ? lists.findIndex((marks) => !Array.isArray(marks) || marks.length !== tokens.length)
    : 0;
  if (bad >= 0) {
    return {
      line,
      item: new InputError(`rationale ${bad + 1} does not have one mark for each of the ${tokens.length} tokens`),
    };
  }
  const { text, spans } = joinTokens(tokens as readonly string[]);
  const marked = spans.map((_, i) => lists.filter((marks) => marks[i] === 1).length >= AGREEING);
  return {
    line,
    item: {
      ...(typeof id === "string" ? { id } : {}),
      input: { text },
      ...(label === undefined ? {} : { label }),
      // Posts that are judged normal were not given to be marked.
      ...(lists.length === 0 ? {} : { rationale: joinSpans(spans, marked) }),
    },
  };
}

/** The tokens with a space between them, and where each is. */
function joinTokens(tokens: readonly string[]) {
  let text = "";
  const spans = tokens.map((token) => {
    if (text !== "") text += " ";
    const start = text.length;
    text += token;
    return { start, end: text.length };
  });
  return { text, spans };
}

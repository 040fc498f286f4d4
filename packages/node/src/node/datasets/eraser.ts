/** @file Data sets of the ERASER benchmark (DeYoung et al. 2020): annotations in JSON lines, documents in the folder docs/ beside them. */

import { dirname, join } from "node:path";
import { InputError, quote } from "@calig/core/internal/errors";
import {
  type DatasetFile,
  type DatasetLayout,
  type DatasetRow,
  firstRecord,
} from "@calig/core/internal/evaluation/dataset-layout";
import { own } from "@calig/core/internal/util/own";
import type { FileRow } from "../file-row.ts";
import { jsonRows } from "../json-rows.ts";
import { readText } from "../read-text.ts";
import { joinSpans, whitespaceTokens } from "./rationales.ts";

export const eraser: DatasetLayout = {
  name: "eraser",
  summary:
    "ERASER benchmark, documents classified alone (Movie Reviews): a .jsonl file with the folder docs/ beside it",
  matches: (file) => !file.asked && Array.isArray(firstRecord(file)?.evidences),
  read: async (file) => ({ rows: await Promise.all(jsonRows(file.content).map((row) => toRow(row, file))) }),
};

/** Labels of Movie Reviews as sentiment models call them. */
const LABELS: Readonly<Record<string, string>> = { POS: "positive", NEG: "negative" };

interface Evidence {
  readonly docid?: unknown;
  readonly start_token?: unknown;
  readonly end_token?: unknown;
}

async function toRow({ line, fields }: FileRow, file: DatasetFile): Promise<DatasetRow> {
  if (fields instanceof InputError) return { line, item: fields };
  const { annotation_id: id, classification, evidences } = fields;
  if (typeof id !== "string" || id === "") return { line, item: new InputError('field "annotation_id" is missing') };
  if (typeof classification !== "string") return { line, item: new InputError('field "classification" is missing') };
  if (!Array.isArray(evidences)) return { line, item: new InputError('field "evidences" is no list') };
  const all = evidences.flat() as Evidence[];
  const documents = new Set(all.map(({ docid }) => docid));
  if (documents.size > 1) {
    return { line, item: new InputError(`its evidence is in ${documents.size} documents: only one is supported`) };
  }
  const document = typeof all[0]?.docid === "string" ? all[0].docid : id;
  // The name comes from the file: it must stay in the folder.
  if (!/^[\w.-]+$/.test(document)) return { line, item: new InputError(`document ${quote(document)} is no file name`) };
  const path = join(dirname(file.path), "docs", document);
  const text = await readText(path).catch((error: Error) => error);
  if (text instanceof InputError) return { line, item: text };
  if (text instanceof Error) return { line, item: new InputError(`there is no readable document ${quote(path)}`) };
  const tokens = whitespaceTokens(text);
  const marked = new Array<boolean>(tokens.length).fill(false);
  for (const { start_token: start, end_token: end } of all) {
    if (typeof start !== "number" || typeof end !== "number" || !(0 <= start && start < end && end <= tokens.length)) {
      return {
        line,
        item: new InputError(
          `evidence of tokens ${JSON.stringify(start)} to ${JSON.stringify(end)} is not in the document, which has ${tokens.length}`,
        ),
      };
    }
    marked.fill(true, start, end);
  }
  return {
    line,
    item: {
      id,
      input: { text },
      label: own(LABELS, classification) ?? classification,
      rationale: joinSpans(tokens, marked),
    },
  };
}

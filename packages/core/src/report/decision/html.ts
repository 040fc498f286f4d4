/** @file A decision sheet as one HTML page, made for A4, with its data inside. */

import { embeddedJson, html } from "../../render/escape.ts";
import { documentHtml } from "../case/html.ts";
import { sheetDocument } from "./document.ts";
import { sheetMarks } from "./sections/decided.ts";
import type { DecisionSheet } from "./sheet-data.ts";

/** The picture of the page, where one is explained. */
export interface DecisionHtmlOptions {
  /** The picture that is explained as a data URI: the one whose checksum the sheet has (`circumstances.picture`). */
  readonly picture?: string;
}

/** The attribute of the element that has the data of the sheet. */
export const SHEET_DATA = "data-decision-sheet";

const STYLE =
  ".case tbody th{font-weight:500}@media print{.case table{font-size:.8125rem}.case :is(.tables,.result,.contest,.frame){break-inside:avoid}.case section{padding-block:.75rem}.foot{break-before:avoid;padding-block:0}}";

/** One self-contained page. @throws {InvalidOptionError} When the picture cannot be used. */
export function decisionHtml(sheet: DecisionSheet, { picture }: DecisionHtmlOptions = {}): string {
  return documentHtml(sheetDocument(sheet), sheet.explanation, {
    language: sheet.language,
    style: STYLE,
    marks: sheetMarks(sheet),
    end: html`<script type="application/json" data-decision-sheet>${embeddedJson(sheet)}</script>`,
    ...(picture === undefined ? {} : { picture }),
  });
}

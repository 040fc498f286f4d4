/** @file A decision sheet as Markdown. */

import { documentMarkdown } from "../case/markdown.ts";
import type { DecisionSheet } from "./decision-sheet.ts";
import { sheetDocument, sheetText } from "./document.ts";

/** The whole sheet, ended by a line end. */
export const decisionMarkdown = (sheet: DecisionSheet): string =>
  documentMarkdown(sheetDocument(sheet), sheetText(sheet));

/** @file A decision sheet as Markdown. */

import { documentMarkdown } from "../case/markdown.ts";
import { sheetDocument, sheetText } from "./document.ts";
import type { DecisionSheet } from "./sheet-data.ts";

/** The whole sheet, ended by a line end. */
export const decisionMarkdown = (sheet: DecisionSheet): string =>
  documentMarkdown(sheetDocument(sheet), sheetText(sheet));

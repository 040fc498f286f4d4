/** @file Whether a decision sheet is as it was written: its checksums, and of a page whether it shows what its data say. */

import { parseExplanation } from "../../attribution/parse-explanation.ts";
import { InputError } from "../../errors.ts";
import { parseJson } from "../../util/parse-json.ts";
import { sha256 } from "../../util/sha256.ts";
import { VERSION } from "../../util/version.ts";
import { checksumsOf } from "./checksums.ts";
import { parseContext } from "./context.ts";
import { decisionHtml, SHEET_DATA } from "./html.ts";
import type { DecisionSheet } from "./sheet-data.ts";

/** What a check found. */
export interface SheetCheck {
  readonly sheet: DecisionSheet;
  /** Whether everything that could be checked is as it was written. */
  readonly whole: boolean;
  /** Whether each of the checksums is that of the data. */
  readonly checksums: { readonly sheet: boolean; readonly numbers: boolean };
  /** Of a page: whether it is the one that its data make. Null for JSON, and for a page of another version of calig. */
  readonly page: boolean | null;
}

const DATA = new RegExp(`<script type="application/json" ${SHEET_DATA}>([^<]*)</script>`);
/** The picture that is explained; maps are pictures too. */
const PICTURE = /<image id="[^"]*-photo" href="(data:image\/[a-z]+;base64,[A-Za-z0-9+/=]+)"/;

/**
 * Checks the JSON of a sheet, or the page of one.
 *
 * A checksum is no signature: who changes a sheet can compute both again. Whoever keeps the checksum elsewhere, or runs the
 * command, finds that out.
 *
 * @param content - The file as text.
 * @param called - What it is called in errors.
 * @throws {InputError} When there is no sheet in it.
 */
export async function checkSheet(content: string, called = "the file"): Promise<SheetCheck> {
  const cannot = (why: string, cause?: unknown): InputError =>
    new InputError(
      `Cannot check ${called}: ${why}; give a sheet that calig decision wrote as HTML or JSON`,
      cause === undefined ? {} : { cause },
    );
  const isPage = /^\s*</.test(content);
  const json = isPage ? DATA.exec(content)?.[1] : content;
  if (json === undefined) throw cannot("there is no decision sheet in it");
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (cause) {
    throw cannot(`it is no valid JSON (${(cause as Error).message})`, cause);
  }
  const sheet = sheetOf(value, cannot);
  const made = await checksumsOf(sheet);
  const checksums = {
    sheet: made.sheet === sheet.checksums.sheet,
    numbers: made.numbers === sheet.checksums.numbers,
  };
  const page = isPage && sheet.calig === VERSION ? await isItsPage(sheet, content) : null;
  return { sheet, checksums, page, whole: checksums.sheet && checksums.numbers && page !== false };
}

/** Whether the data are those of a sheet, as far as pages and checksums need it. */
function sheetOf(value: unknown, cannot: (why: string, cause?: unknown) => InputError): DecisionSheet {
  const given = (typeof value === "object" && value !== null ? value : {}) as Partial<DecisionSheet>;
  if (given.kind !== "decision-sheet") throw cannot("it is no decision sheet");
  if (given.version !== 1) throw cannot(`it is of version ${String(given.version)}, wanted 1`);
  const { checksums } = given;
  if (typeof checksums?.sheet !== "string" || typeof checksums.numbers !== "string") {
    throw cannot("it states no checksums");
  }
  try {
    parseExplanation(given.explanation);
    parseContext(given.context);
  } catch (cause) {
    throw cannot((cause as Error).message, cause);
  }
  return given as DecisionSheet;
}

async function isItsPage(sheet: DecisionSheet, content: string): Promise<boolean> {
  const [, picture] = PICTURE.exec(content) ?? [];
  const stated = sheet.made?.picture ?? null;
  if (stated !== null) {
    if (picture === undefined || (await sha256([new TextEncoder().encode(picture)])) !== stated) return false;
  }
  try {
    return decisionHtml(sheet, stated === null || picture === undefined ? {} : { picture }) === content;
  } catch {
    return false; // Data of which no page can be made.
  }
}

/** @file The languages that decision sheets are written in. To add one: a file in `words/` and a line here. */

import { de } from "./words/de.ts";
import { en } from "./words/en.ts";
import type { SheetWords } from "./words/words.ts";

const LANGUAGES: Readonly<Record<string, SheetWords>> = { en, de };

/** Of a language that summaries have and sheets have not: English, in which the summary stands in its own language. */
export const sheetWords = (code: string): SheetWords => LANGUAGES[code.split("-")[0] ?? ""] ?? en;

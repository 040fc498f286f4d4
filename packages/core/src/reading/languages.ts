/** @file The languages that summaries are written in. To add one: a file in `words/` and a line here. */

import { InvalidOptionError, quote } from "../errors.ts";
import { de } from "./words/de.ts";
import { en } from "./words/en.ts";
import type { Words } from "./words/words.ts";

/** The languages of summaries. */
export const LANGUAGES: readonly Words[] = [en, de];

/** The language where none is asked for. */
export const DEFAULT_LANGUAGE = en.code;

/**
 * The words of a language: by code ("de", also of "de-AT"), or as they are given.
 *
 * @param own - Languages from outside, which come before calig's own.
 * @throws {InvalidOptionError} For a code that there is none of; lists those that there are.
 */
export function wordsOf(language: string | Words, own: readonly Words[] = []): Words {
  if (typeof language !== "string") return language;
  const known = [...own, ...LANGUAGES];
  const wanted = language.toLowerCase().replaceAll("_", "-");
  const found = [wanted, wanted.split("-")[0]].map((code) => known.find((words) => words.code.toLowerCase() === code));
  const words = found.find((each) => each !== undefined);
  if (words !== undefined) return words;
  const codes = [...new Set(known.map(({ code }) => quote(code)))].join(", ");
  throw new InvalidOptionError(
    `Cannot write a summary in language ${quote(language)}: use one of ${codes}`,
    "language",
    language,
  );
}

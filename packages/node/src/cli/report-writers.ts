/** @file Reports in a file: JSON, Markdown or HTML by its ending. */

import { extname } from "node:path";
import { quote, UsageError, wordList } from "@calig/core/internal/errors";
import { TENSORBOARD } from "./formats.ts";

type Writer<T> = (data: T) => string;

/** JSON for people and programs. */
export const reportJson = (data: unknown): string => `${JSON.stringify(data, null, 2)}\n`;

/** The writers of a kind of report, by ending. */
export const writers = <T>(markdown: Writer<T>, html: Writer<T>): Readonly<Record<string, Writer<T>>> => ({
  ".json": reportJson,
  ".md": markdown,
  ".markdown": markdown,
  ".html": html,
  ".htm": html,
});

/** Formats of reports that have a name, and the ending that means them. */
const ENDINGS = { json: ".json", markdown: ".md", html: ".html" } as const;
type TextFormat = keyof typeof ENDINGS;

/** Formats that a report can be asked for by name. */
export const REPORT_FORMATS = [...(Object.keys(ENDINGS) as TextFormat[]), TENSORBOARD] as const;

/** The writer of a format. */
export const writerNamed = <T>(format: TextFormat, all: Readonly<Record<string, Writer<T>>>): Writer<T> =>
  all[ENDINGS[format]] as Writer<T>;

/** The writer for a file with this name. @throws {UsageError} When its ending is unknown. */
export function writerOf<W>(path: string, all: Readonly<Record<string, W>>): W {
  const writer = all[extname(path).toLowerCase()];
  if (writer !== undefined) return writer;
  throw new UsageError(
    `Cannot write a report to ${quote(path)}: its ending must be one of ${wordList(Object.keys(all))}`,
  );
}

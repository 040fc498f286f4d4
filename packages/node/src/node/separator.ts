/** @file What stands between the cells of a table: given, or told by its first line, which names the columns. */

import { InputError, InvalidOptionError, quote } from "@calig/core/internal/errors";
import type { ColumnOptions } from "@calig/core/internal/evaluation/dataset-layout";
import { own } from "@calig/core/internal/util/own";
import { hasTexts } from "./columns.ts";
import { firstRow, parseTable } from "./parse-table.ts";

/** Separators by name. */
const NAMED: Readonly<Record<string, string>> = {
  comma: ",",
  semicolon: ";",
  tab: "\t",
  "\\t": "\t",
  pipe: "|",
  space: " ",
};

/** What is looked for where nothing is given. */
const CANDIDATES = [",", ";", "\t", "|"];

/** The separator that a caller names: a word for it, or itself. @throws {InvalidOptionError} For what cannot separate cells. */
export function separatorOf(value: string): string {
  const separator = own(NAMED, value.toLowerCase()) ?? value;
  if (separator !== "" && !/["\r\n]/.test(separator)) return separator;
  throw new InvalidOptionError(
    `Cannot use separator ${JSON.stringify(value)}: give comma, semicolon, tab, pipe, space, or the characters that stand between cells`,
    "separator",
    value,
  );
}

/** "semicolons" or the separator itself in quotes, for messages. */
export const separatorName = (separator: string): string => (separator === "\t" ? "a tab" : quote(separator));

/** The line "sep=;" that Excel writes and reads before tables: a separator, and the table without the line's text. */
export function excelSeparator(content: string): { readonly separator: string; readonly content: string } | undefined {
  const [line, separator] = /^sep=(.)(?=[\r\n]|$)/.exec(content) ?? [];
  return line === undefined || separator === undefined ? undefined : { separator, content: content.slice(line.length) };
}

/**
 * The separator that splits the first line into names of columns, one of them of texts. Where none does, the one that
 * splits all rows alike, so that messages list the columns; else the usual one.
 *
 * @param usual - What files of this ending have.
 * @throws {InputError} When two separators would do.
 */
export function findSeparator(content: string, file: string, usual: string, options: ColumnOptions): string {
  const splits = [usual, ...CANDIDATES.filter((candidate) => candidate !== usual)].flatMap((separator) => {
    const names = namesBy(content, separator);
    return names === undefined ? [] : [{ separator, names }];
  });
  const fitting = splits.filter(({ names }) => hasTexts(names, options));
  const several = fitting.filter(({ names }) => names.length > 1);
  if (several.length > 1) {
    const [regular, ...others] = several.filter(({ separator }) => isRegular(content, separator));
    if (regular !== undefined && others.length === 0) return regular.separator;
    throw new InputError(
      `Cannot read ${quote(file)}: its cells could be separated by ${several.map(({ separator }) => separatorName(separator)).join(" or ")}; say which with --separator`,
    );
  }
  const [chosen = fitting[0]] = several;
  if (chosen !== undefined) return chosen.separator;
  const columns = splits.filter(({ names }) => names.length > 1);
  return (columns.find(({ separator }) => isRegular(content, separator)) ?? columns[0])?.separator ?? usual;
}

/** The names in the first line; undefined where its quotes do not fit this separator. */
export function namesBy(content: string, separator: string): readonly string[] | undefined {
  try {
    return firstRow(content, separator)?.cells.map((name) => name.trim());
  } catch {
    return undefined;
  }
}

function isRegular(content: string, separator: string): boolean {
  try {
    const [first, ...rows] = parseTable(content, separator);
    return rows.every(({ cells }) => cells.length === first?.cells.length);
  } catch {
    return false;
  }
}

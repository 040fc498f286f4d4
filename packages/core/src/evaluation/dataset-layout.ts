/** @file What a layout of data sets is: how one kind of file holds inputs, labels and what people marked. */

import type { InputError } from "../errors.ts";
import { parseJson } from "../util/parse-json.ts";
import type { DatasetItem } from "./dataset.ts";

/** Names of columns of a table, or fields of objects, given by the caller; "" stands for none. */
export interface ColumnOptions {
  /** Column of the texts. Default: "text", or a common name for it. */
  readonly textColumn?: string;
  /** Column of the second texts of pairs. Default: "pair", or the common partner of the text's column. */
  readonly pairColumn?: string;
  /** Column of the labels. Default: "label", or a common name for it. */
  readonly labelColumn?: string;
  /** Column of the ids. Default: "id", or a common name for it. */
  readonly idColumn?: string;
}

/** How a file of texts is read. */
export interface RowOptions extends ColumnOptions {
  /** What stands between the cells of a table. Default: what the first line tells, of comma, semicolon, tab and pipe. */
  readonly separator?: string;
}

/** A file that is looked at. */
export interface TextFile {
  readonly path: string;
  /** Ending in lower case: ".jsonl". */
  readonly extension: string;
  readonly content: string;
}

/** One row: an input, or what is wrong with it. */
export interface DatasetRow {
  readonly line: number;
  readonly item: Omit<DatasetItem, "line"> | InputError;
}

/** A file that is looked at. */
export interface DatasetFile extends TextFile {
  /** How its columns are called and separated, where the caller says so. */
  readonly options: RowOptions;
  /** Whether the caller does: then it has columns, and none of the published layouts. */
  readonly asked: boolean;
}

/** What is in a file. */
export interface DatasetRows {
  readonly rows: readonly DatasetRow[];
  /** What the numbers of rows count. Default: lines. */
  readonly counted?: "line" | "item";
  readonly notes?: readonly string[];
}

/** A layout. To add one to calig: a file in node/datasets/ and a line in its layouts.ts; from outside: `defineDatasetLayout`. */
export interface DatasetLayout {
  readonly name: string;
  /** One line for help and docs, without a final period. */
  readonly summary: string;
  /** Name of the class that positive polarities support, where items have polarities. */
  readonly polarityLabel?: string;
  /** Whether a file looks like this. */
  matches(file: DatasetFile): boolean;
  /** @throws {InputError} When the file as a whole cannot be read. */
  read(file: DatasetFile): Promise<DatasetRows>;
}

/** The first line that is not blank. */
export const firstLine = (content: string): string => /\S[^\r\n]*/.exec(content)?.[0] ?? "";

/** The first row of JSON lines, where it is an object. */
export function firstRecord({ extension, content }: DatasetFile): Readonly<Record<string, unknown>> | undefined {
  if (extension !== ".jsonl" && extension !== ".ndjson") return undefined;
  try {
    const value: unknown = parseJson(firstLine(content));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

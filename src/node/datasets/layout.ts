/** @file What a layout of data sets is: how one kind of file holds inputs, labels and what people marked. */

import type { InputError } from "../../errors.ts";
import type { DatasetItem } from "../../evaluation/dataset.ts";

/** One row: an input, or what is wrong with it. */
export interface DatasetRow {
  readonly line: number;
  readonly item: Omit<DatasetItem, "line"> | InputError;
}

/** A file that is looked at. */
export interface DatasetFile {
  readonly path: string;
  /** Ending in lower case: ".jsonl". */
  readonly extension: string;
  readonly content: string;
}

/** A layout. To add one: a file beside this one and a line in layouts.ts. */
export interface DatasetLayout {
  readonly name: string;
  /** One line for help and docs, without a final period. */
  readonly summary: string;
  /** Name of the class that positive polarities speak for, where items have polarities. */
  readonly polarityLabel?: string;
  /** Whether a file looks like this. */
  matches(file: DatasetFile): boolean;
  /** @throws {InputError} When the file as a whole cannot be read. */
  read(file: DatasetFile): Promise<readonly DatasetRow[]>;
}

/** The first line that is not blank. */
export const firstLine = (content: string): string => /\S[^\r\n]*/.exec(content)?.[0] ?? "";

/** The first row of JSON lines, where it is an object. */
export function firstRecord({ extension, content }: DatasetFile): Readonly<Record<string, unknown>> | undefined {
  if (extension !== ".jsonl" && extension !== ".ndjson") return undefined;
  try {
    const value: unknown = JSON.parse(firstLine(content));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

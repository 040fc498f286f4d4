/** @file What the browser of explanations knows of each without opening it: small enough for ten thousand on one page. */

/**
 * One explanation as a row.
 *
 * `marks` are the coloured parts of the text, from left to right, three numbers each: characters since the end of the part before,
 * length, shade (-20 to 20, above 0 supports).
 */
export interface BrowseRow {
  /** Where it came from: "reviews.csv, line 3 (b7)". */
  readonly name: string;
  /** What the model decides, in words: "positive", "not toxic". */
  readonly decision: string;
  /** Of the decision: "97.2%", or a number of a regression. */
  readonly value: string;
  /** Probability of what is decided, 0..1; null where the output is a number. */
  readonly certainty: number | null;
  /** What is explained, where that is not what is decided. */
  readonly explained: string;
  /** What the file says that it is; "" where it says nothing. */
  readonly label: string;
  /** Whether the model decides what the label says; null where that is not known. */
  readonly right: boolean | null;
  /** Relative completeness error of the result; null where the method has none. */
  readonly error: number | null;
  /** Places in `BrowseData.warnings`. */
  readonly warnings: readonly number[];
  /** All of a text, at most `MOST_TEXT` characters; what is said of a picture. */
  readonly text: string;
  /** The part of it that a list shows. */
  readonly from: number;
  readonly to: number;
  readonly marks: readonly number[];
  /** Pictures: rows, columns, and the shade of each patch in reading order. */
  readonly grid: readonly [rows: number, columns: number, shades: readonly number[]] | null;
  /** A small picture as a data URI; "" where there is none here. */
  readonly thumbnail: string;
}

/** A row as it is written: the fields in this order. */
export const ROW_FIELDS = [
  "name",
  "decision",
  "value",
  "certainty",
  "explained",
  "label",
  "right",
  "error",
  "warnings",
  "text",
  "from",
  "to",
  "marks",
  "grid",
  "thumbnail",
] as const satisfies readonly (keyof BrowseRow)[];

/** All that the script of the browser reads. */
export interface BrowseData {
  /** Codes of warnings. */
  readonly warnings: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Which rows the file can open, pack by pack; absent where a server has all. */
  readonly packed?: readonly (readonly number[])[];
}

/** The values of a row in the order of `ROW_FIELDS`. */
export const packRow = (row: BrowseRow): readonly unknown[] => ROW_FIELDS.map((field) => row[field]);

export const unpackRow = (values: readonly unknown[]): BrowseRow =>
  Object.fromEntries(ROW_FIELDS.map((field, i) => [field, values[i]])) as unknown as BrowseRow;

/** Longest text that a row keeps, for searches; opening it shows all. */
export const MOST_TEXT = 20_000;

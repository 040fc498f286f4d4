/** @file How an option is put into words and taken from them: what command lines and forms show, as plain data. */

/** How the value of an option is written. `placeholder` stands for it in help texts: "N", "FILE". */
export type Control =
  | { readonly kind: "switch" }
  | { readonly kind: "text"; readonly placeholder: string }
  /** Bytes, with a unit: "512MB". */
  | { readonly kind: "size"; readonly placeholder: string }
  | {
      readonly kind: "choice";
      readonly words: readonly string[];
      /** What a word may end with besides. */
      readonly endings?: readonly string[];
      readonly placeholder: string;
    }
  | ({
      readonly kind: "number";
      readonly whole: boolean;
      /** Words that may stand in its place. */
      readonly words: readonly string[];
      readonly placeholder: string;
    } & Range)
  | {
      readonly kind: "list";
      readonly items: Extract<Control, { readonly kind: "choice" | "number" }>;
      /** Words that may stand in its place. */
      readonly words: readonly string[];
      /** Whether one item is no list, but itself. */
      readonly single: boolean;
      /** Whether "2-4" is 2, 3, 4. */
      readonly ranges: boolean;
      readonly placeholder: string;
    };

/** Bounds of a number: `min` and `max` belong to it, `above` does not. */
export interface Range {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
}

/** Words of a complete list of those that are allowed; undefined where there is none. */
export function allowedWords(control: Control): readonly string[] | undefined {
  switch (control.kind) {
    case "choice":
      return control.words;
    case "list":
      return control.items.kind === "choice"
        ? control.items.words
        : control.words.length > 0
          ? control.words
          : undefined;
    default:
      return undefined;
  }
}

/**
 * The value that a text stands for, which may still be out of bounds; undefined where it is no such value.
 *
 * "auto" and "12" of a number that may be "auto"; "0,2-4" of a list with ranges; "1.5GB" of a size (1 MB = 1024 x 1024 bytes).
 */
export function readText(control: Control, text: string): unknown {
  switch (control.kind) {
    case "switch":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "text":
      return text;
    case "size":
      return readSize(text);
    case "choice":
      return text;
    case "number":
      return control.words.includes(text) ? text : readNumber(control.whole, text);
    case "list": {
      if (control.words.includes(text)) return text;
      const items = text.split(",").flatMap((item) => readItem(control, item.trim()));
      if (items.includes(undefined)) return undefined;
      const list = control.items.kind === "choice" ? [...new Set(items)] : items;
      return control.single && list.length === 1 ? list[0] : list;
    }
  }
}

function readNumber(whole: boolean, text: string): number | undefined {
  if (whole) return /^\d+$/.test(text) ? Number(text) : undefined;
  const number = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Longest range that is written out: no model has more blocks. */
const LONGEST_RANGE = 10_000;

function readItem({ items, ranges }: Extract<Control, { kind: "list" }>, text: string): readonly unknown[] {
  const [, first, last] = (ranges ? /^(\d+)-(\d+)$/.exec(text) : null) ?? [];
  if (first === undefined || last === undefined) return [readText(items, text)];
  const length = Number(last) - Number(first) + 1;
  if (!(length >= 1 && length <= LONGEST_RANGE)) return [undefined];
  return Array.from({ length }, (_, i) => Number(first) + i);
}

const FEATURES: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function readSize(text: string): number | undefined {
  const [, amount, feature = ""] = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:I?B)?$/.exec(text.trim().toUpperCase()) ?? [];
  return amount === undefined ? undefined : Math.floor(Number(amount) * (FEATURES[feature] as number));
}

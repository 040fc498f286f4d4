/** @file Which rows the browser lists, and in which order. */

import type { BrowseRow } from "../row-data.ts";

export type Order = "file" | "unsure" | "sure" | "incomplete";

/** What the reader asks for; "" for anything. */
export interface Wishes {
  /** In text, name, decision or label, whatever the case. */
  readonly search: string;
  /** As a whole word of the text. */
  readonly word: string;
  /** Which way that word must point. */
  readonly side: "" | "supports" | "opposes";
  readonly decision: string;
  readonly right: "" | "right" | "wrong" | "unknown";
  /** A place in the codes of warnings, "any" or "none". */
  readonly warning: string;
  readonly order: Order;
}

/** Places of the rows that meet the wishes, in their order. */
export function chooseRows(rows: readonly BrowseRow[], wishes: Wishes): number[] {
  const search = wishes.search.trim().toLowerCase();
  const word = wordPattern(wishes.word.trim());
  const chosen = [...rows.keys()].filter((place) => {
    const row = rows[place] as BrowseRow;
    return (
      (wishes.decision === "" || row.decision === wishes.decision) &&
      (wishes.right === "" || wishes.right === truthOf(row)) &&
      hasWarning(row, wishes.warning) &&
      (search === "" || searchable(row).includes(search)) &&
      (word === undefined || hasWord(row, word, wishes.side))
    );
  });
  const key = KEYS[wishes.order];
  // Rows without the number come last, whichever way the others are sorted.
  return key === undefined ? chosen : chosen.sort((a, b) => key(rows[a]!) - key(rows[b]!) || a - b);
}

const KEYS: Readonly<Record<Order, ((row: BrowseRow) => number) | undefined>> = {
  file: undefined,
  unsure: ({ certainty }) => certainty ?? Number.MAX_VALUE,
  sure: ({ certainty }) => -(certainty ?? -Number.MAX_VALUE),
  incomplete: ({ error }) => -(error ?? -Number.MAX_VALUE),
};

const truthOf = ({ right }: BrowseRow): Wishes["right"] => (right === null ? "unknown" : right ? "right" : "wrong");

function hasWarning({ warnings }: BrowseRow, wanted: string): boolean {
  switch (wanted) {
    case "":
      return true;
    case "any":
      return warnings.length > 0;
    case "none":
      return warnings.length === 0;
    default:
      return warnings.includes(Number(wanted));
  }
}

const LOWER = new WeakMap<BrowseRow, string>();

function searchable(row: BrowseRow): string {
  const known = LOWER.get(row);
  if (known !== undefined) return known;
  const text = [row.text, row.name, row.decision, row.label].join("\n").toLowerCase();
  LOWER.set(row, text);
  return text;
}

function wordPattern(word: string): RegExp | undefined {
  if (word === "") return undefined;
  const literal = word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  // A word that is a sign, such as "!", has no letters around it to be told from.
  const edge = (test: boolean, pattern: string) => (test ? pattern : "");
  const before = edge(/^[\p{L}\p{N}]/u.test(word), "(?<![\\p{L}\\p{N}])");
  const after = edge(/[\p{L}\p{N}]$/u.test(word), "(?![\\p{L}\\p{N}])");
  return new RegExp(`${before}${literal}${after}`, "giu");
}

function hasWord({ text, marks }: BrowseRow, word: RegExp, side: Wishes["side"]): boolean {
  for (const { index } of text.matchAll(word)) {
    if (side === "") return true;
    const shade = shadeAt(marks, index);
    if (side === "supports" ? shade > 0 : shade < 0) return true;
  }
  return false;
}

/** The shade of the character at a place; 0 where it has none. */
function shadeAt(marks: readonly number[], place: number): number {
  let end = 0;
  for (let i = 0; i < marks.length; i += 3) {
    const start = end + marks[i]!;
    end = start + marks[i + 1]!;
    if (start > place) return 0;
    if (place < end) return marks[i + 2]!;
  }
  return 0;
}

/** @file What every section of the terminal output shares: the explanation, the terminal, small drawing helpers. */

import type { Explanation } from "../../attribution/explanation.ts";
import type { Words } from "../../reading/words/words.ts";
import { columnsOf } from "../flow.ts";
import { digitsFor, fixed, type NumberStyle, signed } from "../format.ts";
import { visible } from "../plain-text.ts";
import { stepOf } from "../scale.ts";
import { isolate, padEnd, truncate, wrap } from "./layout.ts";
import type { Painter } from "./painter.ts";

export interface TerminalContext {
  readonly explanation: Explanation;
  readonly columns: number;
  readonly unicode: boolean;
  readonly verbose: boolean;
  /** Of the summary. */
  readonly language?: string | Words;
  readonly painter: Painter;
}

/** Text of the user or the model as it may be shown (code points where nothing of it shows), at most `columns` wide, set apart when it runs right to left. */
export function label(text: string, columns: number, { unicode }: TerminalContext): string {
  const shown = truncate(visible(text), columns, unicode ? "…" : "...");
  return unicode ? isolate(shown) : shown;
}

/** Marks of a level for terminals without colours: "", "+", "++", "+++" or the same with hyphens. */
export const marks = (level: number): string => (level < 0 ? "-" : "+").repeat(stepOf(level));

/** A bar of `share` (0..1) of `columns`, in eighths of a column with Unicode. Something that is not 0 is never empty. */
export function bar(share: number, columns: number, { unicode, painter }: TerminalContext, negative = false): string {
  const filled = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * columns;
  const ascii = negative ? "-" : "+";
  // Without colours the sign of a bar shows in its texture.
  if (!unicode) return (filled > 0 ? ascii : "").repeat(Math.max(filled > 0 ? 1 : 0, Math.round(filled)));
  if (negative && painter.colors === 0) return "░".repeat(Math.max(filled > 0 ? 1 : 0, Math.round(filled)));
  const eighths = Math.max(filled > 0 ? 1 : 0, Math.round(filled * 8));
  return "█".repeat(Math.floor(eighths / 8)) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
}

/** The heading of a section: a rule across the terminal. */
export function heading(title: string, { columns, unicode, painter }: TerminalContext): string {
  const line = unicode ? "─" : "-";
  const text = truncate(title, columns - 4, unicode ? "…" : "...");
  const rest = Math.max(0, columns - 4 - columnsOf(text));
  return `${painter.faint(line.repeat(2))} ${painter.strong(text)} ${painter.faint(line.repeat(rest))}`.trimEnd();
}

const NAME_COLUMNS = 15;

/** A named sentence: the name beside the lines where there is room, above them where there is not. */
export function entry(name: string, text: string, context: TerminalContext): string[] {
  const { columns, painter } = context;
  const shown = painter.faint(name);
  if (columns < 60) return [shown, ...wrap(text, columns - 2).map((line) => `  ${line}`)];
  const lines = wrap(text, columns - NAME_COLUMNS);
  return lines.map((line, i) => (i === 0 ? padEnd(shown, NAME_COLUMNS) : " ".repeat(NAME_COLUMNS)) + line);
}

/** How the terminal writes numbers. */
export const numberStyle = ({ unicode }: TerminalContext): NumberStyle => ({ unicode });

/** A score: at least three decimals. */
export function score(value: number, context: TerminalContext): string {
  return fixed(value, Math.max(3, digitsFor(Math.abs(value))), numberStyle(context));
}

/** A signed difference of scores: at least three decimals and three digits that count. */
export function difference(value: number, context: TerminalContext): string {
  return signed(value, Math.max(3, digitsFor(Math.abs(value))), numberStyle(context));
}

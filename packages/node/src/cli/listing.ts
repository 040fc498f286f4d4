/** @file Facts for a terminal: names with values, tables, headings. */

import { columnsOf } from "@calig/core/internal/render/flow";
import { padEnd, padStart, wrap } from "@calig/core/internal/render/terminal/layout";
import type { Terminal } from "./terminal.ts";

/** Columns left for values however narrow the terminal is. */
const LEAST_VALUE = 24;

/** A name and its value; a long value is wrapped under itself. */
export type Fact = readonly [name: string, value: string];

/** Lines of "name  value", the values in one column. */
export function factLines(facts: readonly Fact[], { columns, style }: Terminal, indent = 2): string[] {
  const width = Math.max(0, ...facts.map(([name]) => columnsOf(name)));
  const room = Math.max(LEAST_VALUE, columns - indent - width - 2);
  return facts.flatMap(([name, value]) =>
    // What has no spaces (a path, a checksum) is there to be copied: it stays in one piece.
    (/\s/.test(value) ? wrap(value, room) : [value]).map((line, i) =>
      `${" ".repeat(indent)}${style.dim(padEnd(i === 0 ? name : "", width))}  ${line}`.trimEnd(),
    ),
  );
}

/** A table with one heading per column; columns of numbers are aligned to the right. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { style }: Terminal,
): string[] {
  const widths = headings.map((heading, i) =>
    Math.max(columnsOf(heading), ...rows.map((row) => columnsOf(row[i] ?? ""))),
  );
  const numeric = headings.map((_, i) => rows.length > 0 && rows.every((row) => /^[\d.,+-]*$/.test(row[i] ?? "")));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => (numeric[i] ? padStart : padEnd)(cell, widths[i] as number)).join("  ")}`.trimEnd();
  return [style.dim(line(headings)), ...rows.map(line)];
}

/** A table or list under its heading, with an empty line above. */
export const section = (title: string, lines: readonly string[], { style }: Terminal): string[] => [
  "",
  style.bold(title),
  ...lines,
];

/** @file A comparison of methods for a terminal: words as rows, methods as columns, as many beside each other as fit. */

import type { MethodComparison } from "../evaluation/method-comparison.ts";
import { levels } from "../evaluation/report/comparison.ts";
import { columnsOf } from "../render/flow.ts";
import { fixed, milliseconds, percent, signed } from "../render/format.ts";
import { paletteOf, type Theme } from "../render/palette.ts";
import { visible } from "../render/plain-text.ts";
import { padEnd, padStart, truncate, wrap } from "../render/terminal/layout.ts";
import { createPainter } from "../render/terminal/painter.ts";
import { section } from "./listing.ts";
import type { Terminal } from "./terminal.ts";

/** Widest word that is shown whole. */
const WORD = 20;
const STYLE = { unicode: false };

/** How a cell looks besides its text. */
type Paint = (text: string) => string;

interface Row {
  readonly name: string;
  readonly cells: readonly { readonly text: string; readonly paint?: Paint }[];
}

export function comparisonText(comparison: MethodComparison, terminal: Terminal, theme: Theme): string {
  const { target, model, methods, units, agreement, settings } = comparison;
  const { style, columns, colors } = terminal;
  const painter = createPainter(colors, paletteOf(undefined, theme));
  const names = methods.map(({ name }) => name);
  const shares = levels(comparison);
  const plain = (name: string, texts: readonly string[]): Row => ({ name, cells: texts.map((text) => ({ text })) });
  const words = units.map(
    ({ text }, unit): Row => ({
      name: truncate(visible(text), WORD),
      cells: shares.map((values) => {
        const level = values[unit] as number;
        return { text: signed(level, 2, STYLE), paint: (cell) => painter.heat(cell, level) };
      }),
    }),
  );
  const faithfulness = [
    plain(
      "deletion (lower)",
      methods.map((method) => fixed(method.deletion, 3, STYLE)),
    ),
    plain(
      "insertion (higher)",
      methods.map((method) => fixed(method.insertion, 3, STYLE)),
    ),
    plain(
      "time",
      methods.map((method) => milliseconds(method.milliseconds)),
    ),
  ];
  const orders = names.map((name, a) =>
    plain(
      name,
      (agreement[a] as readonly number[]).map((value) => fixed(value, 2, STYLE)),
    ),
  );
  const note = `Numbers are shares of the largest magnitude that the method gives; removed ${settings.units}s are replaced by the ${settings.substrate} token`;
  return [
    `${style.bold(visible(target.label))} (${percent(target.probability)}), ${model.id}`,
    ...wrap(note, columns),
    ...section("Attribution", columnsFor(names, words, terminal), terminal),
    ...section("Faithfulness on this text", columnsFor(names, faithfulness, terminal), terminal),
    ...section("Agreement of the orders (Spearman)", columnsFor(names, orders, terminal), terminal),
  ]
    .join("\n")
    .concat("\n");
}

/** Tables of as many methods as fit beside each other. */
function columnsFor(names: readonly string[], rows: readonly Row[], { columns, style }: Terminal): string[] {
  // However narrow the terminal is, a row's name and one method fit beside each other: long names are cut.
  const first = Math.min(Math.floor(columns / 2) - 3, Math.max(...rows.map(({ name }) => columnsOf(name))));
  const widest = columns - first - 4;
  const widths = names.map((name, m) =>
    Math.min(widest, Math.max(columnsOf(name), ...rows.map(({ cells }) => columnsOf(cells[m]?.text ?? "")))),
  );
  const lines: string[] = [];
  for (let start = 0; start < names.length; ) {
    let end = start + 1;
    const used = () => 2 + first + widths.slice(start, end + 1).reduce((sum, width) => sum + width + 2, 0);
    while (end < names.length && used() <= columns) end++;
    const shown = [...names.keys()].slice(start, end);
    const line = (name: string, cell: (method: number) => string) =>
      `  ${padEnd(truncate(name, first), first)}  ${shown.map(cell).join("  ")}`.trimEnd();
    if (start > 0) lines.push("");
    lines.push(
      style.dim(line("", (m) => padStart(truncate(names[m] as string, widths[m] as number), widths[m] as number))),
    );
    for (const { name, cells } of rows) {
      lines.push(
        line(name, (m) => {
          const { text = "", paint = (plain: string) => plain } = cells[m] ?? {};
          const padding = " ".repeat(Math.max(0, (widths[m] as number) - columnsOf(text)));
          return padding + paint(text);
        }),
      );
    }
    start = end;
  }
  return lines;
}

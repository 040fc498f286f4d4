/** @file A comparison of methods for a terminal: words as rows, methods as columns, as many beside each other as fit. */

import {
  type ImageComparison,
  isTextComparison,
  type MethodComparison,
  type TextComparison,
} from "@calig/core/internal/evaluation/method-comparison";
import { columnsOf } from "@calig/core/internal/render/flow";
import { paletteOf, type Theme } from "@calig/core/internal/render/palette";
import { visible } from "@calig/core/internal/render/plain-text";
import { padEnd, padStart, truncate, wrap } from "@calig/core/internal/render/terminal/layout";
import { createPainter, type Painter } from "@calig/core/internal/render/terminal/painter";
import { levels, shareText, wordsText } from "@calig/core/internal/report/comparison/comparison";
import {
  agreementRows,
  type ComparisonRow,
  comparisonTarget,
  faithfulnessRows,
  removalText,
  signText,
} from "@calig/core/internal/report/comparison/facts";
import { comparisonVerdict } from "@calig/core/internal/report/comparison/verdict";
import { methodTitle } from "@calig/core/internal/report/evaluation/tables";
import { comparisonMaps } from "./comparison-maps-text.ts";
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
  const { model, methods } = comparison;
  const { style, columns, colors } = terminal;
  const painter = createPainter(colors, paletteOf(undefined, theme));
  const names = methods.map(methodTitle);
  const { headline, reasons } = comparisonVerdict(comparison, STYLE);
  // Random controls say nothing of the input: their faithfulness does, in the next table.
  const isShown = (m: number) => methods[m]?.randomControl !== true;
  const plain = ([name, texts]: ComparisonRow): Row => ({ name, cells: texts.map((text) => ({ text })) });
  const table = (rows: readonly ComparisonRow[]) => columnsFor(names, rows.map(plain), terminal);
  const [note, evidence] = isTextComparison(comparison)
    ? [
        wordsText(comparison),
        columnsFor(
          names.filter((_, m) => isShown(m)),
          wordRows(comparison, painter, isShown),
          terminal,
        ),
      ]
    : [
        `Every map has a scale of its own: compare places and signs, not strengths. ${signText(comparison)}`,
        comparisonMaps(
          { ...(comparison as ImageComparison), methods: methods.filter((_, m) => isShown(m)) },
          terminal,
          painter,
        ),
      ];
  return [
    `${style.bold(visible(comparisonTarget(comparison, STYLE)))}, ${model.id}`,
    ...wrap(`${headline}. ${reasons}`, columns),
    ...wrap(note.trimEnd().replaceAll("−", "-"), columns),
    ...section("Attribution", evidence, terminal),
    ...section(
      "Faithfulness on this input",
      table(faithfulnessRows(comparison, ["(lower)", "(higher)"], STYLE)),
      terminal,
    ),
    ...wrap(`  ${removalText(comparison)}`, columns),
    ...section("Agreement of the orders (Spearman)", table(agreementRows(comparison, STYLE)), terminal),
  ]
    .join("\n")
    .concat("\n");
}

function wordRows(comparison: TextComparison, painter: Painter, isShown: (method: number) => boolean): Row[] {
  const shares = levels(comparison);
  return comparison.features.map(({ text }, feature) => ({
    name: truncate(visible(text), WORD),
    cells: shares.flatMap((values, m) => {
      const level = values[feature] as number;
      if (!isShown(m)) return [];
      return [
        { text: shareText(comparison.methods[m], level, STYLE), paint: (cell: string) => painter.heat(cell, level) },
      ];
    }),
  }));
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

/** @file An explanation for a terminal: coloured where the terminal has colours, signs and bars where it has none. */

import type { Explanation } from "../attribution/explanation.ts";
import { InvalidOptionError, quote } from "../errors.ts";
import { headingOf, isWritten, itemNoun, itemsOf } from "./evidence.ts";
import { paletteOf, type Theme } from "./palette.ts";
import { blockScores, blockTable } from "./terminal/blocks.ts";
import { heading, type TerminalContext } from "./terminal/context.ts";
import { facts } from "./terminal/facts.ts";
import { headline, warnings } from "./terminal/headline.ts";
import { heatGrid } from "./terminal/heat-grid.ts";
import { heatText } from "./terminal/heat-text.ts";
import { type ColorDepth, createPainter } from "./terminal/painter.ts";
import { ranking } from "./terminal/ranking.ts";
import { waterfallLines } from "./terminal/waterfall.ts";

export interface TerminalOptions {
  /** Width of the terminal in columns, >= 1; below 24 the output is laid out for 24. */
  readonly columns: number;
  /** Bits of colour; 0 for none. */
  readonly colors: ColorDepth;
  /** Use box characters, partial blocks and the minus sign. Default true. */
  readonly unicode?: boolean;
  /** Name of a palette. Default "orange-blue". */
  readonly palette?: string;
  /** Background of the terminal: colours of weak values fade towards it. Default "dark". */
  readonly theme?: Theme;
  /** Show every class, option and score. Default false. */
  readonly verbose?: boolean;
}

const NARROWEST = 24;

/**
 * The explanation as lines of at most `columns` columns, ended by a line end.
 *
 * @throws {InvalidOptionError} When columns, colors or palette cannot be used.
 */
export function renderTerminal(explanation: Explanation, options: TerminalOptions): string {
  const { columns, colors, unicode = true, palette, theme = "dark", verbose = false } = options;
  if (!(columns >= 1 && Number.isFinite(columns))) {
    throw new InvalidOptionError(
      `Cannot lay out for a terminal of ${quote(columns)} columns: give a number >= 1`,
      "columns",
      columns,
    );
  }
  const context: TerminalContext = {
    explanation,
    columns: Math.max(NARROWEST, Math.floor(columns)),
    unicode,
    verbose,
    painter: createPainter(colors, paletteOf(palette, theme)),
  };
  const { many } = itemNoun(explanation);
  const hasItems = itemsOf(explanation).length > 0;
  const sections: (readonly [title: string, lines: readonly string[]])[] = [
    isWritten(explanation)
      ? [headingOf(explanation), heatText(explanation, context)]
      : [headingOf(explanation), heatGrid(explanation, context)],
    [`Strongest ${many}`, hasItems ? ranking(context) : []],
    ["Where the score comes from", verbose ? waterfallLines(context) : []],
    ["Evidence by block", hasItems ? blockTable(context) : []],
    ["Scores by block", verbose ? blockScores(context) : []],
    ["How it was measured", facts(context)],
  ];
  const notes = warnings(context);
  const lines = [
    ...headline(context),
    ...(notes.length > 0 ? ["", ...notes] : []),
    ...sections.flatMap(([title, body]) => (body.length === 0 ? [] : ["", heading(title, context), "", ...body])),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

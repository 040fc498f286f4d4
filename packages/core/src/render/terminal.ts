/** @file An explanation for a terminal: coloured where the terminal has colours, signs and bars where it has none. */

import type { Explanation } from "../attribution/explanation.ts";
import { InvalidOptionError, quote } from "../errors.ts";
import type { Words } from "../reading/words/words.ts";
import { ENTITIES } from "./entities.ts";
import { headingOf, isWritten, itemNoun, itemsOf } from "./evidence.ts";
import { paletteOf, type Theme } from "./palette.ts";
import { blockScores, blockTable } from "./terminal/blocks.ts";
import { heading, type TerminalContext } from "./terminal/context.ts";
import { entityLines } from "./terminal/entities.ts";
import { facts } from "./terminal/facts.ts";
import { classesAndModel, warnings } from "./terminal/headline.ts";
import { heatGrid } from "./terminal/heat-grid.ts";
import { heatText } from "./terminal/heat-text.ts";
import { wrap } from "./terminal/layout.ts";
import { type ColorDepth, createPainter } from "./terminal/painter.ts";
import { pairLines } from "./terminal/pairs.ts";
import { partLines, tokenLines } from "./terminal/parts.ts";
import { ranking } from "./terminal/ranking.ts";
import { opening, summaryOf, summarySections } from "./terminal/summary.ts";
import { triedLines } from "./terminal/tried.ts";
import { waterfallLines } from "./terminal/waterfall.ts";
import { TRIED } from "./tried.ts";
import { PAIRS } from "./word-pairs.ts";

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
  /** Show the technical part: every class, number, block, option and score. Default false: the summary and the map. */
  readonly verbose?: boolean;
  /** Language of the summary: a code ("en", "de"), or the words of one. Default "en". */
  readonly language?: string | Words;
}

const NARROWEST = 24;

/**
 * The explanation as lines of at most `columns` columns, ended by a line end.
 *
 * @throws {InvalidOptionError} When columns, colors or palette cannot be used.
 */
export function renderTerminal(explanation: Explanation, options: TerminalOptions): string {
  const { columns, colors, unicode = true, palette, theme = "dark", verbose = false, language } = options;
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
    ...(language === undefined ? {} : { language }),
    painter: createPainter(colors, paletteOf(palette, theme)),
  };
  const { many } = itemNoun(explanation);
  const hasItems = itemsOf(explanation).length > 0;
  const summary = summaryOf(context);
  const map = isWritten(explanation) ? heatText(explanation, context) : heatGrid(explanation, context);
  const technical: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ["Classes and model", classesAndModel(context)],
    [`Strongest ${many}`, hasItems ? ranking(context) : []],
    [TRIED, triedLines(context)],
    ["Where the score comes from", waterfallLines(context)],
    ["Evidence by block", hasItems ? blockTable(context) : []],
    ["Scores by block", blockScores(context)],
    ["How it was measured", facts(context)],
  ];
  const notes = warnings(context, verbose ? [] : summary.statements.flatMap(({ code }) => code ?? []));
  const lines = [
    ...opening(summary, context),
    "",
    heading(explanation.layout === "names" ? `${headingOf(explanation)}: ${many}` : headingOf(explanation), context),
    "",
    ...map,
    ...titled("Parts of the prompt", partLines(context), context),
    ...titled("Tokens of the answer", tokenLines(context), context),
    ...titled(ENTITIES, entityLines(context), context),
    ...titled(PAIRS, pairLines(context), context),
    ...summarySections(summary, context),
    ...(notes.length > 0 ? ["", ...notes] : []),
    ...(verbose
      ? technical.flatMap(([title, body]) => titled(title, body, context))
      : ["", ...wrap(MORE, context.columns).map(context.painter.faint)]),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** Where the rest is. */
const MORE = "Numbers, blocks and method: --verbose";

/** A section with its title; nothing where there is nothing in it. */
const titled = (title: string, body: readonly string[], context: TerminalContext): readonly string[] =>
  body.length === 0 ? [] : ["", heading(title, context), "", ...body];

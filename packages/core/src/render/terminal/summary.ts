/** @file The summary of an explanation in the terminal: decision and certainty first, then what speaks for and against, and the rest. */

import { summarise } from "../../reading/summarise.ts";
import type { Statement, StatementKind, Summary, SummaryItem } from "../../reading/summary.ts";
import { targetLabel } from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { targetValue } from "../head.ts";
import { bar, label, numberStyle, type TerminalContext } from "./context.ts";
import { isolate, padEnd, truncate, wrap } from "./layout.ts";

const OPENING: readonly StatementKind[] = ["decision", "certainty", "asked"];
const ABOVE_THE_MAP: readonly StatementKind[] = ["caution"];
const SECTIONS: readonly StatementKind[] = ["for", "against", "elsewhere", "change", "warning", "limits", "not-told"];
/** Columns of the bars. */
const BAR = 24;
/** What a terminal without Unicode shows for the signs of sentences. */
const ASCII: readonly (readonly [sign: RegExp, plain: string])[] = [
  [/[“”„]/g, '"'],
  [/[‘’]/g, "'"],
  [/−/g, "-"],
  [/\u00a0/g, " "],
];

/** The summary in the language of the reader. */
export const summaryOf = ({ explanation, language }: Pick<TerminalContext, "explanation" | "language">): Summary =>
  summarise(explanation, language === undefined ? {} : { language });

/** Text of a summary as the terminal may show it. */
const shown = (text: string, { unicode }: TerminalContext): string =>
  unicode ? text : ASCII.reduce((plain, [sign, by]) => plain.replace(sign, by), text);

const sentences = (statements: readonly Statement[], context: TerminalContext, columns: number): string[] =>
  wrap(shown(statements.map(({ text }) => text).join(" "), context), columns).map((line) =>
    context.unicode ? isolate(line) : line,
  );

/** What the model says and how sure it is. */
export function opening(summary: Summary, context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  const value = targetValue(explanation, numberStyle(context));
  const title = label(targetLabel(explanation), Math.max(1, columns - value.length - 2), context);
  const first = summary.statements.filter(({ kind }) => OPENING.includes(kind));
  const cautions = summary.statements.filter(({ kind }) => ABOVE_THE_MAP.includes(kind));
  return [
    `${painter.strong(title)}  ${painter.strong(value)}`,
    ...sentences(first, context, columns),
    ...sentences(cautions, context, columns).map(painter.alert),
  ];
}

/** Each kind of statement under its heading; what speaks for and against as rows with bars. */
export function summarySections(summary: Summary, context: TerminalContext): string[] {
  const { painter, columns } = context;
  const items = summary.statements.flatMap(({ items: own = [] }) => own);
  const words = Math.max(0, ...items.map(({ word }) => columnsOf(word)));
  const room = Math.max(6, Math.min(40, columns - words - 12));
  const nameOf = (item: SummaryItem) => truncate(shown(item.name, context), room, context.unicode ? "…" : "...");
  const names = Math.max(0, ...items.map((item) => columnsOf(nameOf(item))));
  const row = (item: SummaryItem, kind: StatementKind): string => {
    const negative = kind === "against";
    const width = Math.min(BAR, columns - names - words - 6);
    const filled = width < 4 ? "" : bar(item.strength, width, context, negative);
    const name = context.unicode ? isolate(nameOf(item)) : nameOf(item);
    const painted = negative ? painter.oppose(filled) : painter.support(filled);
    return `  ${padEnd(name, names)}  ${padEnd(shown(item.word, context), words)}  ${painted}`;
  };
  return SECTIONS.flatMap((kind) => {
    const own = summary.statements.filter((statement) => statement.kind === kind);
    if (own.length === 0) return [];
    const rows = own.flatMap(({ items: named = [] }) => named.map((item) => row(item, kind)));
    const paint = kind === "warning" ? painter.alert : (line: string) => line;
    const text = sentences(own, context, columns - 2).map((line) => `  ${paint(line)}`);
    const title = wrap(shown(summary.titles[kind], context), columns).map(painter.strong);
    return ["", ...title, ...(rows.length > 0 ? rows : text)];
  });
}

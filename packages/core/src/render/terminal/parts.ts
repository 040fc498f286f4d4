/** @file The parts of a prompt with bars, and what speaks for each token of an answer. */

import { columnsOf } from "../flow.ts";
import { digitsFor, signed } from "../format.ts";
import { answerTokensOf, partsOf, wordsFor } from "../prompt-parts.ts";
import { largestMagnitude } from "../scale.ts";
import { bar, label, numberStyle, type TerminalContext } from "./context.ts";
import { padEnd, padStart, truncate } from "./layout.ts";

/** Columns that numbers, spread and spaces take of a line. */
const BESIDES = 26;
const WORDS = 4;

/** A line for each part: its evidence, and how far draws of the baseline are apart about it. */
export function partLines(context: TerminalContext): string[] {
  const { explanation, columns, painter, unicode } = context;
  const parts = partsOf(explanation);
  const bound = largestMagnitude(parts.map(({ attribution }) => attribution));
  const digits = digitsFor(bound);
  const names = parts.map(({ name }) => label(name, Math.max(8, Math.floor(columns / 3)), context));
  const nameColumns = Math.max(0, ...names.map(columnsOf));
  const barColumns = Math.max(0, Math.min(30, columns - nameColumns - BESIDES));
  return parts.map(({ attribution, spread }, p) => {
    const value = padStart(signed(attribution, digits, numberStyle(context)), 8);
    const apart = spread === undefined ? "" : `${unicode ? "\u00b1" : "+-"}${spread.toFixed(digits)}`;
    const negative = attribution < 0;
    const filled = bar(bound === 0 ? 0 : Math.abs(attribution) / bound, barColumns, context, negative);
    const cells = [
      padEnd(names[p] as string, nameColumns),
      value,
      painter.faint(padEnd(apart, 8)),
      negative ? painter.oppose(filled) : painter.support(filled),
    ];
    return `  ${cells.join(" ")}`;
  });
}

/** A line for each token of the answer: its score, and the words that it rests on. */
export function tokenLines(context: TerminalContext): string[] {
  const { explanation, columns } = context;
  if (explanation.layout !== "text") return [];
  const tokens = answerTokensOf(explanation);
  const names = tokens.map(({ text }) => label(text, 20, context));
  const nameColumns = Math.max(0, ...names.map(columnsOf));
  return tokens.map((token, i) => {
    const words = wordsFor(explanation, token, WORDS).map(
      ({ text, attribution }) =>
        `${label(text, 16, context)} ${signed(attribution, digitsFor(Math.abs(attribution)), numberStyle(context))}`,
    );
    const score = padStart(signed(token.score, 3, numberStyle(context)), 8);
    return truncate(
      `  ${padEnd(names[i] as string, nameColumns)} ${score}  ${words.join(", ")}`,
      columns,
      context.unicode ? "\u2026" : "...",
    );
  });
}

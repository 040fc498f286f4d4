/** @file Which word with which one of another text: the strongest pairs. */

import { columnsOf } from "../flow.ts";
import { digitsFor, signed } from "../format.ts";
import { pairsBound, pairsOf, pairsSum, strongestPairs } from "../word-pairs.ts";
import { bar, label, numberStyle, type TerminalContext } from "./context.ts";
import { padEnd, padStart, wrap } from "./layout.ts";

const SHOWN = 8;
const BAR_COLUMNS = 16;

/** A line for each of the strongest pairs, and what all add up to. */
export function pairLines(context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  const pairs = pairsOf(explanation);
  if (pairs === undefined || explanation.layout !== "text") return [];
  const bound = pairsBound(pairs);
  const digits = digitsFor(bound);
  const { words } = explanation;
  const rows = strongestPairs(pairs, SHOWN).map(({ word, other, value }) => ({
    name: `${label(words[word]?.text ?? "", 18, context)} + ${label(pairs.other.words[other]?.text ?? "", 18, context)}`,
    value,
  }));
  const wide = Math.max(0, ...rows.map(({ name }) => columnsOf(name)));
  return [
    ...rows.map(({ name, value }) => {
      const filled = bar(bound === 0 ? 0 : Math.abs(value) / bound, BAR_COLUMNS, context, value < 0);
      const number = padStart(signed(value, digits, numberStyle(context)), 8);
      return `  ${padEnd(name, wide)} ${number} ${value < 0 ? painter.oppose(filled) : painter.support(filled)}`;
    }),
    "",
    ...wrap(pairsSum(pairs), columns - 2).map((line) => painter.faint(`  ${line}`)),
  ];
}

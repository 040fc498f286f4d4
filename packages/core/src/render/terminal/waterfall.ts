/** @file Where the score comes from, as bars from the score at the baseline to that at the input. */

import { waterfall } from "../../reading/waterfall.ts";
import { columnsOf } from "../flow.ts";
import { digitsFor, fixed, signed } from "../format.ts";
import { hasOwnSteps, stepName } from "../waterfall-words.ts";
import { label, numberStyle, type TerminalContext } from "./context.ts";
import { padEnd, padStart } from "./layout.ts";

const NAME = 34;

/** The steps; nothing of a method that does not say what its values add up to. */
export function waterfallLines(context: TerminalContext): string[] {
  const { explanation, columns, painter, unicode } = context;
  const found = waterfall(explanation);
  if (found === null) return [];
  const { scoreAtBaseline, scoreAtInput, steps } = found;
  const digits = Math.max(2, digitsFor(Math.max(Math.abs(scoreAtInput), Math.abs(scoreAtBaseline))));
  const room = Math.min(NAME, Math.floor(columns * 0.45));
  const rows = [
    {
      name: "score at the baseline",
      value: fixed(scoreAtBaseline, digits, numberStyle(context)),
      from: scoreAtBaseline,
      to: scoreAtBaseline,
    },
    ...steps.map((step) => ({
      name: stepName(explanation, step, hasOwnSteps(steps, step)),
      value: signed(step.change, digits, numberStyle(context)),
      from: step.from,
      to: step.to,
    })),
    {
      name: "score at the input",
      value: fixed(scoreAtInput, digits, numberStyle(context)),
      from: scoreAtInput,
      to: scoreAtInput,
    },
  ].map((row) => ({ ...row, name: label(row.name, room, context) }));
  const names = Math.max(...rows.map(({ name }) => columnsOf(name)));
  const values = Math.max(...rows.map(({ value }) => columnsOf(value)));
  const bars = Math.min(60, columns - names - values - 5);
  const scores = rows.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const place = (score: number) => (high > low ? Math.round(((score - low) / (high - low)) * (bars - 1)) : 0);
  return rows.map(({ name, value, from, to }) => {
    const text = `  ${padEnd(name, names)} ${padStart(value, values)}`;
    if (bars < 8) return text;
    const [left, right] = [Math.min(place(from), place(to)), Math.max(place(from), place(to))];
    const isEnd = from === to;
    const drawn = isEnd ? (unicode ? "│" : "|") : barOf(to > from, right - left, context);
    const painted = isEnd ? painter.strong(drawn) : to > from ? painter.support(drawn) : painter.oppose(drawn);
    return `${text} ${" ".repeat(left)}${painted}`;
  });
}

/** At least one column, so that every step shows. */
function barOf(isUp: boolean, length: number, { unicode, painter }: TerminalContext): string {
  const fill = unicode ? (isUp || painter.colors > 0 ? "█" : "░") : isUp ? "+" : "-";
  return fill.repeat(Math.max(1, length));
}

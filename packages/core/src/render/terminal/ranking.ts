/** @file Supporting and opposing words or patches, ranked, with bars. */

import { type Item, isSigned, itemNoun, itemsOf, rankedItems } from "../evidence.ts";
import { columnsOf } from "../flow.ts";
import { count, digitsFor, signed } from "../format.ts";
import { targetClass } from "../head.ts";
import { largestMagnitude } from "../scale.ts";
import { bar, label, numberStyle, type TerminalContext } from "./context.ts";
import { beside, padEnd, padStart, truncate, wrap } from "./layout.ts";

const ROWS = 25;
/** From here on both lists fit beside each other. */
const WIDE = 100;
const GAP = 4;

/** Widths that both lists share, so that their bars can be compared. */
interface Frame {
  readonly columns: number;
  readonly bound: number;
  readonly limit: number;
  readonly nameColumns: number;
  readonly numberColumns: number;
}

const nameOf = (item: Item, columns: number, context: TerminalContext) =>
  label(item.label, Math.max(6, Math.min(28, columns - 22)), context);
const numberOf = (item: Item, bound: number, context: TerminalContext) =>
  signed(item.attribution, digitsFor(bound), numberStyle(context));

function list(title: string, items: readonly Item[], frame: Frame, context: TerminalContext): string[] {
  const { painter, explanation } = context;
  const { columns, bound, limit, nameColumns, numberColumns } = frame;
  const { one, many } = itemNoun(explanation);
  const barColumns = Math.max(0, Math.min(40, columns - nameColumns - numberColumns - 8));
  const rows = items.slice(0, limit).map((item, i) => {
    const negative = item.attribution < 0;
    const filled = bar(Math.abs(item.attribution) / bound, barColumns, context, negative);
    const cells = [
      painter.faint(padStart(String(i + 1), 2)),
      padEnd(nameOf(item, columns, context), nameColumns),
      padStart(numberOf(item, bound, context), numberColumns),
      negative ? painter.oppose(filled) : painter.support(filled),
    ];
    return `  ${cells.join(" ")}`;
  });
  const rest = items.length - limit;
  const note =
    rest > 0 ? `     and ${count(rest, `more ${one}`, `more ${many}`)}` : items.length === 0 ? `     no ${many}` : "";
  return [
    ...wrap(title, columns).map(painter.strong),
    ...rows,
    ...(note === "" ? [] : [painter.faint(truncate(note, columns, ""))]),
  ];
}

/** Two ranked lists: beside each other on a wide terminal, stacked on a narrow one. One list where values have no sign. */
export function ranking(context: TerminalContext): string[] {
  const { explanation } = context;
  const items = itemsOf(explanation);
  const { supporting, opposing } = rankedItems(items);
  const bound = largestMagnitude(items.map((item) => item.attribution));
  const limit = ROWS;
  const signs = isSigned(explanation);
  const columns = signs && context.columns >= WIDE ? Math.floor((context.columns - GAP) / 2) : context.columns;
  const shown = [...supporting.slice(0, limit), ...opposing.slice(0, limit)];
  const frame: Frame = {
    columns,
    bound,
    limit,
    nameColumns: Math.max(0, ...shown.map((item) => columnsOf(nameOf(item, columns, context)))),
    numberColumns: Math.max(0, ...shown.map((item) => columnsOf(numberOf(item, bound, context)))),
  };
  const target = label(targetClass(explanation), 24, context);
  if (!signs) return list(`Matters for ${target}`, supporting, frame, context);
  const supports = list(`Supports ${target}`, supporting, frame, context);
  const opposes = list(`Opposes ${target}`, opposing, frame, context);
  return context.columns >= WIDE ? beside(supports, opposes, columns, GAP) : [...supports, "", ...opposes];
}

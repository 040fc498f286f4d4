/** @file The entities that a model finds in a text, a line for each. */

import { entityRows } from "../entities.ts";
import { columnsOf } from "../flow.ts";
import { label, type TerminalContext } from "./context.ts";
import { padEnd, padStart } from "./layout.ts";

/** Nothing where entities were not asked for. */
export function entityLines(context: TerminalContext): string[] {
  const found = entityRows(context.explanation);
  if (found === undefined) return [];
  const names = found.rows.map(({ text }) => label(text, Math.max(8, Math.floor(context.columns / 2)), context));
  const wide = Math.max(0, ...names.map(columnsOf));
  const lines = found.rows.map(({ label: kind, value, explained }, e) => {
    const note = explained ? "  (explained)" : "";
    return `  ${padEnd(names[e] as string, wide)} ${padStart(value, 7)}  ${label(kind, 20, context)}${note}`;
  });
  if (found.rows.length === 0) return ["  none"];
  return found.more === 0 ? lines : [...lines, `  and ${found.more} more`];
}

/** @file What was tried on the model: what it says without the strongest words, and with them alone. */

import { columnsOf } from "../flow.ts";
import { triedNotes, triedRows } from "../tried.ts";
import { label, type TerminalContext } from "./context.ts";
import { padEnd, padStart, wrap } from "./layout.ts";

/** The rows and sentences; nothing where nothing was tried. */
export function triedLines(context: TerminalContext): string[] {
  const { explanation, columns, painter } = context;
  const rows = triedRows(explanation);
  if (rows.length === 0) return [];
  const values = Math.max(...rows.map(({ value }) => columnsOf(value)));
  const labels = Math.min(24, Math.max(...rows.map((row) => columnsOf(row.label))));
  const room = Math.max(12, columns - labels - values - 22);
  const names = rows.map(({ what }) => label(what, room, context));
  const width = Math.max(...names.map(columnsOf));
  const lines = rows.map(({ label: name, value, flips }, i) => {
    const said = `${padEnd(label(name, labels, context), labels)} ${padStart(value, values)}`;
    const line = `  ${padEnd(names[i] as string, width)}  ${flips ? painter.strong(said) : said}`;
    return flips ? `${line}  ${painter.alert("other decision")}` : line;
  });
  const notes = triedNotes(explanation).flatMap((note) =>
    wrap(note, columns - 2).map((line) => `  ${painter.faint(line)}`),
  );
  return [...lines, "", ...notes];
}

/** @file Shortcuts for a terminal. */

import { wrap } from "@calig/core/internal/render/terminal/layout";
import { SHORTCUT_COLUMNS, shortcutRow } from "@calig/core/internal/report/shortcuts/markdown";
import { groupsOf, shortcutFacts, shortcutVerdict } from "@calig/core/internal/report/shortcuts/words";
import type { ShortcutReport } from "@calig/core/internal/shortcuts/shortcut-report";
import { factLines, section, tableLines } from "./listing.ts";
import type { Terminal } from "./terminal.ts";

export function shortcutsText(report: ShortcutReport, terminal: Terminal): string {
  const { columns, style } = terminal;
  const { headline, reasons } = shortcutVerdict(report);
  return [
    ...wrap(`${headline}.`, columns).map((line) => style.bold(line)),
    ...wrap(reasons, columns),
    "",
    ...factLines([...shortcutFacts(report)], terminal),
    ...groupsOf(report).flatMap(({ title, cues }) =>
      section(
        title,
        tableLines(
          [...SHORTCUT_COLUMNS],
          cues.map((cue) => [...shortcutRow(cue, { unicode: false })]),
          terminal,
        ),
        terminal,
      ),
    ),
  ]
    .join("\n")
    .concat("\n");
}

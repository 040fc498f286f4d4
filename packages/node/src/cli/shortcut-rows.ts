/** @file Inputs to add to a data set as CSV (RFC 4180): texts with confirmed cues put in and taken out. */

import type { ShortcutReport } from "@calig/core/internal/shortcuts/shortcut-report";

const COLUMNS = ["text", "label", "cue", "change", "line"] as const;

/** A header, then a row for each input. Rows of cues that labels support are left out: those cues belong to the task. */
export const rowsCsv = ({ cues }: ShortcutReport): string =>
  [
    COLUMNS.join(),
    ...cues
      .filter(({ status }) => status !== "supported" && status !== "not-confirmed")
      .flatMap(({ label: cue, rows }) =>
        rows.map(({ text, label, change, line }) => [text, label, cue, change, String(line)].map(cell).join()),
      ),
  ]
    .join("\r\n")
    .concat("\r\n");

const cell = (value: string): string => (/[",\r\n]|^\s|\s$/.test(value) ? `"${value.replace(/"/g, '""')}"` : value);

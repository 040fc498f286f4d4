/** @file Shortcuts as Markdown: a verdict, a table of each status, the figures of each confirmed cue. */

import { fixed, percent, signed } from "../../render/format.ts";
import { plain, table } from "../../render/markdown-text.ts";
import type { CueReport, ShortcutReport } from "../../shortcuts/shortcut-report.ts";
import { cueFacts, cueName, groupsOf, METHOD_TEXT, type StatusGroup, shortcutFacts, shortcutVerdict } from "./words.ts";

/** What was found of shortcuts, in Markdown. */
export function shortcutsMarkdown(report: ShortcutReport): string {
  const { headline, reasons } = shortcutVerdict(report);
  return [
    `# Shortcuts of ${plain(report.model.id)} on ${plain(report.dataset.name)}`,
    `**${plain(headline)}.** ${plain(reasons)}`,
    ...report.warnings.map(({ code, message }) => `> **Warning** (${plain(code)}): ${plain(message)}`),
    ...groupsOf(report).flatMap(section),
    "## Method and limits",
    ...METHOD_TEXT.map(plain),
    list(shortcutFacts(report)),
  ]
    .join("\n\n")
    .concat("\n");
}

/** Columns of the table of a status, for Markdown and the terminal. */
export const SHORTCUT_COLUMNS = ["cue", "for", "inputs", "taken out", "put in", "turned", "read", "harm"] as const;

export function shortcutRow(cue: CueReport, style?: { readonly unicode?: boolean }): readonly string[] {
  const { removal, insertion, read } = cue;
  const flips = insertion?.flips;
  return [
    cueName(cue),
    cue.class.label,
    String(cue.inputs),
    removal === null ? "" : signed(-removal.change.mean, 2, style),
    insertion === null ? "" : signed(insertion.change.mean, 2, style),
    flips === undefined ? "" : `${flips.count}/${flips.of}`,
    read === null ? "" : read.first === read.last ? fixed(read.first, 0) : `${read.first}-${read.last}`,
    percent(cue.harm),
  ];
}

function section({ title, about, cues, status }: StatusGroup): readonly string[] {
  return [
    `## ${title}`,
    about,
    table(
      [...SHORTCUT_COLUMNS],
      ["left", "left", "right", "right", "right", "right", "right", "right"],
      cues.map((cue) => shortcutRow(cue).map(plain)),
    ),
    ...(status === "not-confirmed" || status === "supported"
      ? []
      : cues.flatMap((cue) => [`### ${plain(cueName(cue))}`, list(cueFacts(cue))])),
  ];
}

const list = (facts: readonly (readonly [string, string])[]): string =>
  facts.map(([name, value]) => `- ${name}: ${plain(value)}`).join("\n");

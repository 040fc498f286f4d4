/** @file A report on explanations as Markdown: summary, tables of each class, the explanations. */

import { percent } from "../../render/format.ts";
import { renderMarkdown } from "../../render/markdown.ts";
import { deeper, plain, table } from "../../render/markdown-text.ts";
import type { ClassEvidence, EvidenceReport, WordEvidence } from "./evidence-report.ts";
import {
  BLOCKS_TEXT,
  classText,
  classTitle,
  hiddenText,
  REGIONS_TEXT,
  reportFacts,
  shownEntries,
  sourceName,
  WORD_COLUMNS,
  WORDS_TEXT,
  wordLists,
  wordRows,
} from "./facts.ts";

/** What the report shows in Markdown. */
export interface ReportMarkdownOptions {
  /** Most explanations that are shown in full, those that words have as examples first. Default 100. */
  readonly details?: number;
}

const place = (entry: number): string => `no. ${entry + 1}`;

/** The whole report, ended by a line end. */
export function renderReportMarkdown(report: EvidenceReport, { details }: ReportMarkdownOptions = {}): string {
  const shown = shownEntries(report, details);
  const { warnings } = report.summary;
  const facts = reportFacts(report).map(
    ([name, parts]) =>
      `- **${name}**: ${parts.map((part) => (typeof part === "number" ? place(part) : plain(part))).join("")}`,
  );
  return [
    "# Evidence report",
    facts.join("\n"),
    ...warnings.map(
      ({ code, explanations, entry, message }) =>
        `> **Warning** (${plain(code)}, ${explanations} of ${report.entries.length}): ${plain(message)} (${place(entry)})`,
    ),
    ...(report.summary.texts === 0 ? [] : [WORDS_TEXT]),
    ...report.classes.flatMap(classSection),
    ...(report.entries.length === 0 ? [] : ["## Explanations"]),
    ...[plain(hiddenText(report, shown))].filter((text) => text !== ""),
    ...shown.flatMap((entry) => {
      const { source, explanation } = report.entries[entry]!;
      return [`### No. ${entry + 1}: ${plain(sourceName(source))}`, deeper(renderMarkdown(explanation).trimEnd(), 3)];
    }),
  ]
    .join("\n\n")
    .concat("\n");
}

function classSection(evidence: ClassEvidence): string[] {
  const { differing, blocks, regions } = evidence;
  return [
    `## ${plain(classTitle(evidence))}`,
    plain(classText(evidence)),
    ...(differing.length === 0
      ? []
      : [`Options of the method that are not the same in all of them: ${differing.map(plain).join(", ")}.`]),
    ...(regions.length === 0
      ? [...wordLists(evidence).flatMap(({ title, words }) => wordTable(title, words, evidence))]
      : []),
    ...(regions.length === 0 ? [] : shareTable("Where in the pictures", REGIONS_TEXT, regions, evidence)),
    ...(blocks.length === 0
      ? []
      : shareTable(
          "In which block",
          BLOCKS_TEXT,
          blocks.map(({ index, ...shares }) => ({ name: `Block ${index}`, ...shares })),
          evidence,
        )),
  ];
}

function wordTable(title: string, words: readonly WordEvidence[], evidence: ClassEvidence): string[] {
  if (words.length === 0) return [`### ${plain(title)}`, "No words."];
  const rows = wordRows(words, evidence, place).map(({ word, ...rest }) => [plain(word), ...Object.values(rest)]);
  const align = WORD_COLUMNS.map((_, i) => (i === 0 || i > 4 ? ("left" as const) : ("right" as const)));
  return [`### ${plain(title)}`, table(WORD_COLUMNS, align, rows)];
}

interface Shares {
  readonly name: string;
  readonly supporting: number;
  readonly opposing: number;
}

function shareTable(title: string, about: string, rows: readonly Shares[], { signed: sign }: ClassEvidence): string[] {
  const isSigned = sign !== false;
  const header = ["", ...(isSigned ? ["Supporting", "Opposing"] : ["Evidence"])];
  return [
    `### ${title}`,
    about,
    table(
      header,
      header.map((_, i) => (i === 0 ? "left" : "right")),
      rows.map(({ name, supporting, opposing }) => [
        name,
        percent(supporting),
        ...(isSigned ? [percent(opposing)] : []),
      ]),
    ),
  ];
}

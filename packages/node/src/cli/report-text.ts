/** @file A report on explanations for a terminal: the summary, and the strongest words of each class. */

import { percent } from "@calig/core/internal/render/format";
import { truncate, wrap } from "@calig/core/internal/render/terminal/layout";
import type { ClassEvidence, EvidenceReport } from "@calig/core/internal/report/evidence/evidence-report";
import {
  classText,
  classTitle,
  reportFacts,
  WORD_COLUMNS,
  wordLists,
  wordRows,
} from "@calig/core/internal/report/evidence/facts";
import { factLines, section, tableLines } from "./listing.ts";
import type { Terminal } from "./terminal.ts";

/** Widest word that is shown whole. */
const WORD = 24;
const STYLE = { unicode: false };

const place = (entry: number): string => `no. ${entry + 1}`;

export function reportText(report: EvidenceReport, terminal: Terminal): string {
  const facts = reportFacts(report).map(
    ([name, parts]) => [name, parts.map((part) => (typeof part === "number" ? place(part) : part)).join("")] as const,
  );
  return [
    terminal.style.bold("Evidence report"),
    ...factLines(facts, terminal),
    ...report.classes.flatMap((evidence) => classLines(evidence, terminal)),
  ]
    .join("\n")
    .concat("\n");
}

function classLines(evidence: ClassEvidence, terminal: Terminal): string[] {
  const { blocks, regions } = evidence;
  return [
    ...section(classTitle(evidence), wrap(classText(evidence), terminal.columns), terminal),
    ...(regions.length === 0 ? wordLists(evidence).flatMap((list) => wordTable(list, evidence, terminal)) : []),
    ...shares("Where in the pictures", regions, evidence, terminal),
    ...shares(
      "In which block",
      blocks.map(({ index, ...held }) => ({ name: `block ${index}`, ...held })),
      evidence,
      terminal,
    ),
  ];
}

function wordTable(
  { title, words }: ReturnType<typeof wordLists>[number],
  evidence: ClassEvidence,
  terminal: Terminal,
): string[] {
  if (words.length === 0) return section(title, ["  no words"], terminal);
  const rows = wordRows(words, evidence, place, STYLE).map(({ word, ...rest }) => [
    truncate(word, WORD),
    ...Object.values(rest),
  ]);
  const headings = WORD_COLUMNS.map((name) => name.toLowerCase());
  return section(title, tableLines(headings, rows, terminal), terminal);
}

function shares(
  title: string,
  rows: readonly { readonly name: string; readonly supporting: number; readonly opposing: number }[],
  { signed: sign }: ClassEvidence,
  terminal: Terminal,
): string[] {
  if (rows.length === 0) return [];
  const isSigned = sign !== false;
  const cells = rows.map(({ name, supporting, opposing }) => [
    name,
    percent(supporting),
    ...(isSigned ? [percent(opposing)] : []),
  ]);
  return section(
    title,
    tableLines(["", ...(isSigned ? ["supporting", "opposing"] : ["evidence"])], cells, terminal),
    terminal,
  );
}

/** @file An evaluation as Markdown: one table of all figures, and for each figure who beats whom. */

import type { Evaluation } from "../../evaluation/evaluation.ts";
import { fixed } from "../../render/format.ts";
import { code, plain, table } from "../../render/markdown-text.ts";
import { agreementMarkdown } from "./agreement.ts";
import { frontMarkdown } from "./front.ts";
import {
  beatsText,
  decimalsOf,
  directionText,
  evaluationFacts,
  type FigureTable,
  figureTables,
  intervalText,
} from "./tables.ts";
import { evaluationVerdict } from "./verdict.ts";

/** Most failures that are listed. */
const FAILURES = 20;

/** The whole report. */
export function evaluationMarkdown(evaluation: Evaluation): string {
  const tables = figureTables(evaluation);
  return [
    `# Evaluation of ${evaluation.methods.length} methods`,
    evaluationFacts(evaluation)
      .map(([name, value]) => `- ${name}: ${plain(value)}`)
      .join("\n"),
    ...evaluation.warnings.map(({ code: name, message }) => `> **Warning** (${plain(name)}): ${plain(message)}`),
    ...verdictMarkdown(evaluation),
    ...frontMarkdown(evaluation),
    ...overview(evaluation, tables),
    ...tables.flatMap((figure) => section(figure, evaluation)),
    ...agreementMarkdown(evaluation),
    ...failures(evaluation),
  ]
    .join("\n\n")
    .concat("\n");
}

function verdictMarkdown(evaluation: Evaluation): string[] {
  const told = evaluationVerdict(evaluation);
  return told === null ? [] : [`**${plain(told.headline)}.** ${plain(told.reasons)}`];
}

/** All figures of all methods; the best of each is bold. */
function overview({ methods }: Evaluation, tables: readonly FigureTable[]): string[] {
  if (tables.length < 2) return [];
  const arrow = { higher: " ↑", lower: " ↓", none: "" };
  const rows = methods.map(({ name, randomControl }) => [
    `${code(name)}${randomControl ? " (random control)" : ""}`,
    ...tables.map((figure) => {
      const row = figure.rows.find(({ method }) => method === name);
      if (row === undefined) return "";
      const value = fixed(row.value, decimalsOf(figure));
      return figure.figure.better !== "none" && figure.rows[0] === row ? `**${value}**` : value;
    }),
  ]);
  const header = ["Method", ...tables.map(({ figure }) => `${plain(figure.name)}${arrow[figure.better]}`)];
  return [table(header, ["left", ...tables.map(() => "right" as const)], rows)];
}

function section(figures: FigureTable, { metrics }: Evaluation): string[] {
  const { figure, inputs, rows } = figures;
  const decimals = decimalsOf(figures);
  const summary = metrics.find(({ name }) => name === figure.metric)?.summary ?? "";
  const direction = directionText(figure);
  return [
    `## ${plain(figure.name)}`,
    `${plain(summary)}. ${inputs} inputs${direction === "" ? "" : `; ${direction}`}.`,
    table(
      ["Method", "Mean", "95 % interval", ...(direction === "" ? [] : ["Better than"])],
      ["left", "right", "right", "left"],
      rows.map((row) => [
        `${code(row.method)}${row.randomControl ? " (random control)" : ""}`,
        fixed(row.value, decimals),
        intervalText(row, decimals),
        ...(direction === "" ? [] : [plain(beatsText(row, figures))]),
      ]),
    ),
  ];
}

function failures({ failures: all, dataset: { counted = "line" } }: Evaluation): string[] {
  if (all.length === 0) return [];
  const shown = all
    .slice(0, FAILURES)
    .map(
      ({ line, method, message }) =>
        `- ${counted} ${line}${method === undefined ? "" : `, ${method}`}: ${plain(message)}`,
    );
  const more = all.length > shown.length ? [`- and ${all.length - shown.length} more`] : [];
  return ["## Inputs that could not be measured", [...shown, ...more].join("\n")];
}

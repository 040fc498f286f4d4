/** @file An evaluation for a terminal. */

import type { Evaluation, Front } from "@calig/core/internal/evaluation/evaluation";
import { fixed } from "@calig/core/internal/render/format";
import { wrap } from "@calig/core/internal/render/terminal/layout";
import { FRONT_COLUMNS, frontRows, frontTitle, frontVerdict } from "@calig/core/internal/report/evaluation/front";
import {
  beatsText,
  decimalsOf,
  directionText,
  evaluationFacts,
  type FigureTable,
  figureTables,
  intervalText,
} from "@calig/core/internal/report/evaluation/tables";
import { evaluationVerdict } from "@calig/core/internal/report/evaluation/verdict";
import { factLines, section, tableLines } from "./listing.ts";
import type { Terminal } from "./terminal.ts";

/** The report for a terminal. */
export function evaluationText(evaluation: Evaluation, terminal: Terminal): string {
  const { methods } = evaluation;
  const { style } = terminal;
  const randomControls = methods.filter(({ randomControl }) => randomControl).map(({ name }) => name);
  return [
    style.bold(`Evaluation of ${methods.length} methods`),
    ...verdictLines(evaluation, terminal),
    ...factLines(
      [
        ...evaluationFacts(evaluation),
        ...(randomControls.length === 0 ? [] : [["random control", randomControls.join(", ")] as const]),
      ],
      terminal,
    ),
    ...evaluation.fronts.flatMap((front) => frontLines(front, terminal)),
    ...figureTables(evaluation).flatMap((table) => tableSection(table, terminal)),
  ]
    .join("\n")
    .concat("\n");
}

function verdictLines(evaluation: Evaluation, { columns, style }: Terminal): string[] {
  const told = evaluationVerdict(evaluation, { unicode: false });
  return told === null
    ? []
    : [...wrap(`${told.headline}.`, columns).map(style.bold), ...wrap(told.reasons, columns), ""];
}

function frontLines(front: Front, terminal: Terminal): string[] {
  const style = { unicode: false };
  return [
    ...section(
      `${frontTitle(front)}, ${front.inputs} inputs`,
      tableLines(FRONT_COLUMNS, frontRows(front, style), terminal),
      terminal,
    ),
    ...wrap(frontVerdict(front, style), terminal.columns - 2).map((line) => `  ${line}`),
  ];
}

function tableSection(table: FigureTable, terminal: Terminal): string[] {
  const direction = directionText(table.figure);
  const decimals = decimalsOf(table);
  const style = { unicode: false };
  const title = `${table.figure.name}${direction === "" ? "" : ` (${direction})`}, ${table.inputs} inputs`;
  const rows = table.rows.map((row) => [
    row.method,
    fixed(row.value, decimals, style),
    intervalText(row, decimals, style),
    ...(direction === "" ? [] : [beatsText(row, table)]),
  ]);
  return section(
    title,
    tableLines(["method", "mean", "95 % interval", ...(direction === "" ? [] : ["better than"])], rows, terminal),
    terminal,
  );
}

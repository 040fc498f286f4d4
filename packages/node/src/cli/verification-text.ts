/** @file A verification for a terminal: the verdict, a line for each check, and what failed. */

import { milliseconds } from "@calig/core/internal/render/format";
import { checkRows } from "@calig/core/internal/report/verification/table";
import { REPORTING, type Verification, verdict } from "@calig/core/internal/verification/verification";
import { section, tableLines } from "./listing.ts";
import type { Terminal } from "./terminal.ts";

/** @param verbose - Tell what every check compared, and not only of those that failed. */
export function verificationText(verification: Verification, terminal: Terminal, verbose: boolean): string {
  const { checks, passed } = verification;
  const { style } = terminal;
  const rows = checkRows(checks);
  const cells = rows.map(({ name, status, difference, limit }, i) => [
    name,
    status,
    difference,
    limit,
    milliseconds(checks[i]?.milliseconds ?? Number.NaN),
  ]);
  const told = rows.flatMap(({ name, sentence }, i) => {
    const { status, compares, worst } = checks[i] as (typeof checks)[number];
    if (!verbose && status === "pass") return [];
    const where = verbose && worst !== null && status === "pass" ? `; nearest to its limit: ${worst.where}` : "";
    return ["", `${style.bold(name)}: ${compares}`, `  ${sentence}${where}`];
  });
  const lines = tableLines(["check", "result", "largest difference", "limit", "time"], cells, terminal);
  return [
    passed ? style.bold(verdict(verification)) : style.bold.red(verdict(verification)),
    ...section(`${verification.model.id}, ${verification.engine}`, lines, terminal),
    ...told,
    ...(passed ? [] : ["", REPORTING]),
  ]
    .join("\n")
    .concat("\n");
}

/** @file `calig report --case`: one of the explanations as a report for the person that it is about. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { quote, UsageError } from "@calig/core/internal/errors";
import { isWritten } from "@calig/core/internal/render/evidence";
import { count } from "@calig/core/internal/render/format";
import { type CaseReport, caseReport } from "@calig/core/internal/report/case/case-report";
import { caseMarkdown } from "@calig/core/internal/report/case/markdown";
import type { ReportEntry } from "@calig/core/internal/report/evidence/evidence-report";
import { reportJson } from "@calig/core/internal/report/writers";
import { VERSION } from "@calig/core/internal/util/version";
import { given } from "./given.ts";
import type { OptionValues } from "./options.ts";
import { reportWriter } from "./report-writers.ts";
import type { Terminal } from "./terminal.ts";
import { writeWhole } from "./write-file.ts";

export const CASE_OPTIONS = ["case", "evaluation", "named"] as const;

type Options = Pick<OptionValues, (typeof CASE_OPTIONS)[number] | "out" | "json" | "top" | "palette">;

/** @throws {UsageError} When no explanation, or several, are meant. */
export async function writeCase(entries: readonly ReportEntry[], options: Options, terminal: Terminal): Promise<void> {
  const { out, json, evaluation, named } = options;
  const writer = reportWriter("case", { out });
  const entry = chosen(entries, options.case ?? "");
  const [{ readEvaluation }, { reportPicture }] = await Promise.all([
    import("../node/read-evaluation.ts"),
    import("../node/report-pictures.ts"),
  ]);
  // A file that is no picture of this size is not the one that was explained.
  const picture = await reportPicture(entry);
  const file = picture === undefined ? {} : { file: entry.source.file };
  const report: CaseReport = caseReport(entry, {
    at: new Date(),
    version: VERSION,
    sha256: await checksumOf(entry, picture !== undefined),
    ...file,
    ...given(options, ["top"]),
    ...(named === undefined ? {} : { model: named }),
    ...(evaluation === undefined ? {} : { evaluation: await readEvaluation(evaluation) }),
  });
  if (out !== undefined && writer !== undefined) {
    const look = { ...given(options, ["palette"]), ...(picture === undefined ? {} : { picture }) };
    await writeWhole(out, await writer.write({ report, explanation: entry.explanation }, look));
    await terminal.note(`Wrote ${out}`);
  } else if (json !== true) {
    await terminal.print(caseMarkdown(report));
  }
  if (json === true) await terminal.print(reportJson(report));
}

/** The explanation with an id, or with a number, from 1. */
function chosen(entries: readonly ReportEntry[], wanted: string): ReportEntry {
  const named = entries.filter(({ source }) => source.id === wanted);
  const [entry] = named;
  if (entry !== undefined && named.length === 1) return entry;
  if (named.length > 1) {
    throw new UsageError(
      `Cannot tell which explanation --case ${quote(wanted)} means: ${named.length} have this id; give its number, from 1`,
    );
  }
  const numbered = /^\d+$/.test(wanted) ? entries[Number(wanted) - 1] : undefined;
  if (numbered !== undefined) return numbered;
  throw new UsageError(
    `Cannot report on case ${quote(wanted)}: there ${entries.length === 1 ? "is" : "are"} ${count(entries.length, "explanation")}, and none has this id or number; give an id, or a number from 1`,
  );
}

/** SHA-256 of the text, or of the file of the picture; null where that is not there any more. */
async function checksumOf({ source, explanation }: ReportEntry, hasFile: boolean): Promise<string | null> {
  if (!isWritten(explanation) && !hasFile) return null;
  const bytes = isWritten(explanation) ? explanation.input.text : await readFile(source.file);
  return createHash("sha256").update(bytes).digest("hex");
}

/** @file `calig report`: what many explanations say together, for auditors. */

import { UsageError } from "@calig/core/internal/errors";
import { count } from "@calig/core/internal/render/format";
import { jsonText } from "@calig/core/internal/render/json";
import { buildReport } from "@calig/core/internal/report/evidence/build-report";
import { defineCommand, EXIT } from "../command.ts";
import { given } from "../given.ts";
import { picturesOf, readGiven } from "../given-explanations.ts";
import { type OptionValues, optionName } from "../options.ts";
import { reportText } from "../report-text.ts";
import { reportWriter } from "../report-writers.ts";
import { CASE_OPTIONS, writeCase } from "../write-case.ts";
import { writeWhole } from "../write-file.ts";

export const report = defineCommand({
  name: "report",
  summary: "report what many explanations say together: which words support or oppose a class, in which block",
  description:
    "Reads explanations that calig explain wrote and reports what they say together: models, methods, how many converged, the largest completeness errors and all warnings; for each class the words that support and oppose it over all inputs, and in which block that evidence arises; then the explanations themselves: in HTML as a list to search, filter and sort, of which each opens (calig view shows the same without a file). With --case, one of them as a report for the person that it is about: the decision in plain words, evidence, what would change it, method, checksums, what cannot be concluded, and a command that gives the same numbers. Nothing is explained again and no model is loaded.",
  argument: {
    name: "INPUT...",
    description: "files with explanations as JSON (.json, .jsonl, .ndjson), folders with such files, or runs",
  },
  options: [...CASE_OPTIONS, "out", "json", "top", "details", "maxSize", "palette", "overlay"],
  examples: [
    {
      purpose: "Explain the rows of a file, then report on them as a page to look at",
      command:
        "calig explain --input reviews.csv --out explanations.jsonl && calig report explanations.jsonl --out report.html",
    },
    {
      purpose: "The summary and the ten strongest words of each class in the terminal",
      command: "calig report explanations/ --top 10",
    },
    {
      purpose: "A report on one decision, for the person that it is about: by id or number, with the measured method",
      command: "calig report explanations.jsonl --case 17 --evaluation evaluation.json --out case-17.html",
    },
    {
      purpose: "Read the strongest word of the largest class in a script",
      command: "calig report explanations.jsonl --json | jq '.classes[0].supporting[0]'",
    },
  ],
  async run({ words, options, terminal }) {
    const { out, json } = options;
    if (words.length === 0) {
      throw new UsageError(
        "Nothing to report on: give files with explanations, as in calig report explanations.jsonl --out report.html; calig explain --input FILE --out explanations.jsonl makes them",
      );
    }
    checkCase(options);
    const writer = reportWriter("evidence", { out });
    const entries = await readGiven(words, out, terminal);
    if (options.case !== undefined) {
      await writeCase(entries, options, terminal);
      return EXIT.done;
    }
    const made = buildReport(entries, given(options, ["top"]));
    if (out !== undefined && writer !== undefined) {
      const look = given(options, ["details", "palette", "overlay"]);
      const pictures = writer.format === "html" ? await picturesOf(made, terminal) : {};
      const maxBytes = given({ maxBytes: options.maxSize }, ["maxBytes"]);
      await writeWhole(out, await writer.write(made, { ...look, ...pictures, ...maxBytes }));
      await terminal.note(`Wrote ${out} (${count(made.entries.length, "explanation")})`);
    } else if (json !== true) {
      await terminal.print(reportText(made, terminal));
    }
    if (json === true) await terminal.print(jsonText(made));
    return EXIT.done;
  },
});

/** @throws {UsageError} For options of reports on a case without one, and those of reports on all with one. */
function checkCase(
  options: Pick<OptionValues, (typeof CASE_OPTIONS)[number] | "details" | "maxSize" | "overlay">,
): void {
  const without = options.case === undefined;
  const odd = (without ? (["evaluation", "named"] as const) : (["details", "maxSize", "overlay"] as const)).find(
    (key) => options[key] !== undefined,
  );
  if (odd === undefined) return;
  throw new UsageError(
    without
      ? `Cannot use ${optionName(odd)} without --case: it is for reports on one explanation`
      : `Cannot use ${optionName(odd)} with --case: it is for reports on all explanations`,
  );
}

/** @file `calig report`: what many explanations say together, for auditors. */

import { quote, UsageError } from "@calig/core/internal/errors";
import { isWritten } from "@calig/core/internal/render/evidence";
import { count } from "@calig/core/internal/render/format";
import { jsonText } from "@calig/core/internal/render/json";
import { buildReport } from "@calig/core/internal/report/evidence/build-report";
import type { EvidenceReport, ReportEntry } from "@calig/core/internal/report/evidence/evidence-report";
import { shownEntries } from "@calig/core/internal/report/evidence/facts";
import type { ReportHtmlOptions } from "@calig/core/internal/report/evidence/html";
import { explanationFiles, readExplanations, withoutRepeats } from "../../node/read-explanations.ts";
import { defineCommand, EXIT } from "../command.ts";
import { isSameFile } from "../destination.ts";
import { given } from "../given.ts";
import { reportText } from "../report-text.ts";
import { reportWriter } from "../report-writers.ts";
import type { Terminal } from "../terminal.ts";
import { checkWritable, writeWhole } from "../write-file.ts";

export const report = defineCommand({
  name: "report",
  summary: "report what many explanations say together: which words support or oppose a class, in which block",
  description:
    "Reads explanations that calig explain wrote and reports what they say together: models, methods, how many converged, the largest completeness errors and all warnings; for each class the words that support and oppose it over all inputs, and in which block that evidence arises; then the explanations themselves. Nothing is explained again and no model is loaded.",
  argument: {
    name: "INPUT...",
    description: "files with explanations as JSON (.json, .jsonl, .ndjson), or folders with such files",
  },
  options: ["out", "json", "top", "details", "palette", "overlay"],
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
    const writer = reportWriter("evidence", { out });
    const files = await withoutRepeats((await Promise.all(words.map(explanationFiles))).flat());
    if (out !== undefined) await checkOutput(out, files);
    const made = buildReport(await readAll(files, terminal), given(options, ["top"]));
    if (out !== undefined && writer !== undefined) {
      const look = given(options, ["details", "palette", "overlay"]);
      const pictures = writer.format === "html" ? await picturesOf(made, look, terminal) : new Map<number, string>();
      await writeWhole(out, await writer.write(made, { ...look, pictures }));
      await terminal.note(`Wrote ${out} (${count(made.entries.length, "explanation")})`);
    } else if (json !== true) {
      await terminal.print(reportText(made, terminal));
    }
    if (json === true) await terminal.print(jsonText(made));
    return EXIT.done;
  },
});

/** @throws {UsageError} When the report would take the place of what it is made from, or cannot be written. */
async function checkOutput(out: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    if (await isSameFile(out, file)) {
      throw new UsageError(`Cannot write ${quote(out)}: it is one of the files that are read; name another file`);
    }
  }
  await checkWritable(out);
}

async function readAll(files: readonly string[], { io, progress }: Terminal): Promise<readonly ReportEntry[]> {
  const entries: ReportEntry[] = [];
  for (const [i, file] of files.entries()) {
    io.signal.throwIfAborted();
    progress.update(i / files.length, `reading ${file}`);
    for (const entry of await readExplanations(file)) entries.push(entry);
  }
  return entries;
}

/** The pictures of the explanations that are shown, by their place. */
async function picturesOf(
  made: EvidenceReport,
  { details }: ReportHtmlOptions,
  { io, progress }: Terminal,
): Promise<ReadonlyMap<number, string>> {
  const pictures = new Map<number, string>();
  const shown = shownEntries(made, details).filter((entry) => {
    const explanation = made.entries[entry]?.explanation;
    return explanation !== undefined && !isWritten(explanation);
  });
  if (shown.length === 0) return pictures;
  const { reportPicture } = await import("../../node/report-pictures.ts");
  for (const [i, entry] of shown.entries()) {
    io.signal.throwIfAborted();
    progress.update(i / shown.length, "reading pictures");
    const picture = await reportPicture(made.entries[entry] as ReportEntry);
    if (picture !== undefined) pictures.set(entry, picture);
  }
  return pictures;
}

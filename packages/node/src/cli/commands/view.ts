/** @file `calig view`: browse many explanations, on this machine or in one file. */

import { UsageError } from "@calig/core/internal/errors";
import { count } from "@calig/core/internal/render/format";
import { buildReport } from "@calig/core/internal/report/evidence/build-report";
import type { ReportEntry } from "@calig/core/internal/report/evidence/evidence-report";
import { defineCommand, EXIT } from "../command.ts";
import { given } from "../given.ts";
import { picturesOf, readGiven } from "../given-explanations.ts";
import { cannotListen } from "../listening.ts";
import { reportWriter } from "../report-writers.ts";
import { writeWhole } from "../write-file.ts";

const HOST = "127.0.0.1";
const DEFAULT_PORT = 8018;

export const view = defineCommand({
  name: "view",
  summary: "browse many explanations: search, filter, sort, open",
  description:
    "Reads explanations that calig explain wrote and shows them as a page: a verdict on all (accuracy where labels are known, classes, warnings, the words with the most evidence), and a list to search, to filter by class, error, warning and word, and to sort by certainty and completeness, of which each opens. The page is served to this machine only, until Ctrl-C; with --out it is one file, which opens as many explanations as it has room for.",
  argument: {
    name: "INPUT...",
    description: "files with explanations as JSON (.json, .jsonl, .ndjson), folders with such files, or runs",
  },
  options: ["out", "port", "top", "details", "maxSize", "palette", "overlay"],
  examples: [
    {
      purpose: "Explain the rows of a file, then browse them",
      command: "calig explain --input reviews.csv --out explanations.jsonl && calig view explanations.jsonl",
    },
    { purpose: "The same as one file to pass on", command: "calig view explanations.jsonl --out explanations.html" },
  ],
  async run({ words, options, terminal }) {
    const { out, port = DEFAULT_PORT } = options;
    const { signal } = terminal.io;
    if (words.length === 0) {
      throw new UsageError(
        "Nothing to view: give files with explanations, as in calig view explanations.jsonl; calig explain --input FILE --out explanations.jsonl makes them",
      );
    }
    const writer = reportWriter("evidence", { out });
    if (writer !== undefined && writer.format !== "html") {
      throw new UsageError(
        `Cannot write a page to ${JSON.stringify(out)}: its ending must be .html or .htm; calig report writes ${writer.format}`,
      );
    }
    const report = buildReport(await readGiven(words, out, terminal), given(options, ["top"]));
    const look = given(options, ["details", "palette", "overlay"]);
    const amount = count(report.entries.length, "explanation");
    if (out !== undefined && writer !== undefined) {
      const maxBytes = given({ maxBytes: options.maxSize }, ["maxBytes"]);
      const pictures = await picturesOf(report, terminal);
      await writeWhole(out, await writer.write(report, { ...look, ...pictures, ...maxBytes }));
      await terminal.note(`Wrote ${out} (${amount})`);
      return EXIT.done;
    }

    const [{ createViewApp }, { listen }, { hasPicture, reportPicture, reportThumbnail }] = await Promise.all([
      import("../../server/view-app.ts"),
      import("../../server/listen.ts"),
      import("../../node/report-pictures.ts"),
    ]);
    const entryAt = (place: number) => report.entries[place] as ReportEntry;
    const there = await Promise.all(report.entries.map(hasPicture));
    // The page asks for a small picture where it is told that there is one.
    const thumbnails = new Map(there.flatMap((has, place) => (has ? [[place, "served"] as const] : [])));
    const app = createViewApp({
      report,
      look: { ...look, thumbnails, pictureOf: (place) => reportPicture(entryAt(place)) },
      thumbnailOf: (place) => reportThumbnail(entryAt(place)),
      onError: (error) => void terminal.fail(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    });
    signal.throwIfAborted();
    const server = await listen(app, { host: HOST, port }).catch((cause: unknown) => {
      throw cannotListen(cause, HOST, port);
    });
    await terminal.print(`${server.url}\n`);
    await terminal.note(`Showing ${amount}; open the address in a browser, stop with Ctrl-C`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await server.stop(0);
    return EXIT.done;
  },
});

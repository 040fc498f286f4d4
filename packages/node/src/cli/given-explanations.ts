/** @file Explanations that commands are given as files or folders, and the pictures that they are about. */

import { quote, UsageError } from "@calig/core/internal/errors";
import type { EvidenceReport, ReportEntry } from "@calig/core/internal/report/evidence/evidence-report";
import type { ReportHtmlOptions } from "@calig/core/internal/report/evidence/html";
import { explanationFiles, readExplanations, withoutRepeats } from "../node/read-explanations.ts";
import { isSameFile } from "./destination.ts";
import type { Terminal } from "./terminal.ts";
import { checkWritable } from "./write-file.ts";

/**
 * All explanations of the files and folders.
 *
 * @param out - What will be written, which is checked before anything is read.
 * @throws {UsageError} When there are none, or when `out` would take the place of what it is made from, or cannot be written.
 */
export async function readGiven(
  words: readonly string[],
  out: string | undefined,
  { io, progress }: Terminal,
): Promise<readonly ReportEntry[]> {
  const files = await withoutRepeats((await Promise.all(words.map(explanationFiles))).flat());
  if (out !== undefined) {
    for (const file of files) {
      if (await isSameFile(out, file)) {
        throw new UsageError(`Cannot write ${quote(out)}: it is one of the files that are read; name another file`);
      }
    }
    await checkWritable(out);
  }
  const entries: ReportEntry[] = [];
  for (const [i, file] of files.entries()) {
    io.signal.throwIfAborted();
    progress.update(i / files.length, `reading ${file}`);
    for (const entry of await readExplanations(file)) entries.push(entry);
  }
  return entries;
}

/** What a page needs of the pictures that explanations are about: each when it is opened, and all of them small. */
export async function picturesOf(
  { entries }: EvidenceReport,
  { io, progress }: Terminal,
): Promise<Pick<ReportHtmlOptions, "pictureOf" | "thumbnails">> {
  const { hasPicture, reportPicture, reportThumbnail } = await import("../node/report-pictures.ts");
  const thumbnails = new Map<number, string>();
  for (const [place, entry] of entries.entries()) {
    if (!(await hasPicture(entry))) continue;
    io.signal.throwIfAborted();
    progress.update(place / entries.length, "reading pictures");
    const webp = await reportThumbnail(entry);
    if (webp !== undefined) thumbnails.set(place, `data:image/webp;base64,${Buffer.from(webp).toString("base64")}`);
  }
  return { thumbnails, pictureOf: (place) => reportPicture(entries[place] as ReportEntry) };
}

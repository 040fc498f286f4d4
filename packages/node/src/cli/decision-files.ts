/** @file The files of `calig decision`: the form for what is stated, and sheets that are checked. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import { checkSheet } from "@calig/core/internal/report/decision/check-sheet";
import { type DecisionContext, emptyContext, parseContext } from "@calig/core/internal/report/decision/context";
import type { SheetFile } from "@calig/core/internal/report/decision/sheet-data";
import { reportJson } from "@calig/core/internal/report/writers";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { checkFile, readText } from "../node/read-text.ts";
import { EXIT } from "./command.ts";
import type { Terminal } from "./terminal.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

/** A file by name and checksum. */
export async function sheetFile(file: string): Promise<SheetFile> {
  return {
    name: file,
    sha256: createHash("sha256")
      .update(await readFile(file))
      .digest("hex"),
  };
}

/**
 * What a file states of a decision.
 *
 * @throws {UsageError} When there is no such file.
 * @throws {InputError} When it holds something else.
 */
export async function readContext(
  path: string,
): Promise<{ readonly context: DecisionContext; readonly file: SheetFile }> {
  await checkFile(path, "the context of a decision", ".json");
  const text = await readText(path);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new InputError(
      `Cannot read the context of a decision from ${quote(path)}: it is not valid JSON (${(cause as Error).message}); calig decision --context-template FILE writes a form to fill in`,
      { cause },
    );
  }
  return { context: parseContext(value, quote(path)), file: await sheetFile(path) };
}

/** An empty form; a file that is there is never overwritten. @throws {UsageError} When there is one, or none can be made. */
export async function writeContextForm(path: string, terminal: Terminal): Promise<void> {
  const isThere = await readFile(path).then(
    () => true,
    () => false,
  );
  if (isThere) {
    throw new UsageError(`Cannot write a form to ${quote(path)}: there is such a file; name another one`);
  }
  await checkWritable(path);
  await writeWhole(path, reportJson(emptyContext()));
  await terminal.note(`Wrote ${path}: fill in what you can, what stays empty is shown as not stated`);
}

/** Says whether a sheet is as it was written. @returns The exit code. */
export async function checkDecision(path: string, asJson: boolean, terminal: Terminal): Promise<number> {
  await checkFile(path, "a decision sheet", ".html or .json");
  const { sheet, whole, checksums, page } = await checkSheet(await readFile(path, "utf8"), quote(path));
  if (asJson) {
    await terminal.print(reportJson({ whole, checksums, page, stated: sheet.checksums, made: sheet.made }));
  } else {
    const line = (is: boolean, what: string) => `${is ? "as written" : "CHANGED   "}  ${what}\n`;
    await terminal.print(
      [
        line(checksums.sheet, `sheet    ${sheet.checksums.sheet}`),
        line(checksums.numbers, `numbers  ${sheet.checksums.numbers}`),
        page === null ? "" : line(page, "page     shows what its data say"),
        sheet.made?.command?.command == null
          ? ""
          : `\nThe same numbers come again from:\n${sheet.made.command.command}\n`,
      ].join(""),
    );
    if (page === null && /\.html?$/i.test(path)) {
      await terminal.note(
        `The page was written by calig ${sheet.calig}: its data are checked, whether it shows them is not; use that version`,
      );
    }
  }
  if (whole) return EXIT.done;
  await terminal.fail(`${path} is not as it was written`);
  return EXIT.failed;
}

/** @file Where results go, and in which formats: from --out and --format. */

import { extname } from "node:path";
import { quote, UsageError } from "../errors.ts";
import { FORMATS, type FormatName, formatOfExtension, KNOWN_EXTENSIONS } from "./formats.ts";
import { wordList } from "./values.ts";
import { checkWritable, ensureFolder, looksLikeFolder } from "./write-file.ts";

export type Destination =
  | { readonly kind: "stdout"; readonly format: FormatName }
  | { readonly kind: "file"; readonly path: string; readonly format: FormatName }
  | { readonly kind: "folder"; readonly path: string; readonly formats: readonly FormatName[] };

/** What files in a folder are, when nothing says so. */
const FOLDER_FORMAT: FormatName = "html";

/**
 * Decides before any work is done; makes the folder, and checks that a file can be made.
 *
 * @throws {UsageError} When path and formats do not fit together, or nothing can be written there.
 */
export async function chooseDestination(
  out: string | undefined,
  formats: readonly FormatName[] | undefined,
): Promise<Destination> {
  if (out !== undefined && (await looksLikeFolder(out))) {
    await ensureFolder(out);
    return { kind: "folder", path: out, formats: formats ?? [FOLDER_FORMAT] };
  }
  if (formats !== undefined && formats.length > 1) {
    throw new UsageError(
      `Cannot write the formats ${wordList(formats)} to ${out === undefined ? "standard output" : `file ${quote(out)}`}: give one format, or --out with a folder (a path that ends in /)`,
    );
  }
  if (out === undefined) return { kind: "stdout", format: formats?.[0] ?? "terminal" };
  const format = formats?.[0] ?? formatOfExtension(extname(out));
  if (format === undefined) {
    throw new UsageError(
      `Cannot tell the format of ${quote(out)} from its ending: use one of ${wordList(KNOWN_EXTENSIONS)}, give --format with one of ${wordList(FORMATS)}, or end the path of a folder with /`,
    );
  }
  await checkWritable(out);
  return { kind: "file", path: out, format };
}

/** @file Where results go, and in which formats: from --out and --format. */

import { realpath } from "node:fs/promises";
import { extname } from "node:path";
import { quote, UsageError, wordList } from "@calig/core/internal/errors";
import { type FormatName, type Formats, TENSORBOARD } from "./formats.ts";
import { prepareRunFolder } from "./run-folder.ts";
import { checkWritable, ensureFolder, looksLikeFolder } from "./write-file.ts";

export type Destination =
  | { readonly kind: "stdout"; readonly format: FormatName }
  | { readonly kind: "file"; readonly path: string; readonly format: FormatName }
  | {
      readonly kind: "folder";
      readonly path: string;
      readonly formats: readonly FormatName[];
      leave?(): Promise<void>;
    };

/** What was asked for. */
export interface DestinationOptions {
  readonly out: string | undefined;
  readonly formats: readonly FormatName[] | undefined;
  /** Those that there are. */
  readonly known: Formats;
  /** File that inputs are read from, which must not be overwritten. */
  readonly input: string | undefined;
}

/** What files in a folder are, when nothing says so. */
const FOLDER_FORMAT: FormatName = "html";

/**
 * Decides before any work is done; makes the folder, and checks that a file can be made.
 *
 * @throws {UsageError} When path and formats do not fit together, or nothing can be written there.
 */
export async function chooseDestination({ out, formats, known, input }: DestinationOptions): Promise<Destination> {
  if (formats?.includes(TENSORBOARD) === true) return { kind: "folder", path: await prepareRunFolder(out), formats };
  if (out !== undefined && (await looksLikeFolder(out))) {
    const leave = await ensureFolder(out);
    return { kind: "folder", path: out, formats: formats ?? [FOLDER_FORMAT], leave };
  }
  if (formats !== undefined && formats.length > 1) {
    throw new UsageError(
      `Cannot write the formats ${wordList(formats)} to ${out === undefined ? "standard output" : `file ${quote(out)}`}: give one format, or --out with a folder (a path that ends in /)`,
    );
  }
  if (out === undefined) return { kind: "stdout", format: formats?.[0] ?? "terminal" };
  const format = formats?.[0] ?? known.ofEnding(extname(out));
  if (format === undefined) {
    throw new UsageError(
      `Cannot tell the format of ${quote(out)} from its ending: use one of ${wordList(known.endings)}, give --format with one of ${wordList(known.names)}, or end the path of a folder with /`,
    );
  }
  if (input !== undefined && (await isSameFile(out, input))) {
    throw new UsageError(`Cannot write ${quote(out)}: it is the file that the inputs are read from; name another file`);
  }
  await checkWritable(out);
  return { kind: "file", path: out, format };
}

/** Whether two paths lead to one file that is there. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return first !== undefined && first === second;
}

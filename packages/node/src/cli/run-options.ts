/** @file When `calig explain` writes a run, and the options that are for runs alone. */

import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { quote, UsageError, wordList } from "@calig/core/internal/errors";
import { tablesIn } from "../node/input-tables.ts";
import { PARQUET_ENDINGS } from "../node/parquet/rows.ts";
import { isBucket } from "../node/storage/storage.ts";
import { readManifest } from "../runs/manifest.ts";
import { PARQUET } from "./formats.ts";
import { type OptionValues, optionName } from "./options.ts";
import { looksLikeFolder } from "./write-file.ts";

/** Options that only runs have. */
export const RUN_OPTIONS = ["workers", "shardRows", "full", "plan", "textLimit"] as const;

/** What decides whether a run is meant, and what it is made with. */
export type RunOptions = Pick<
  OptionValues,
  | "input"
  | "out"
  | "format"
  | "fresh"
  | "model"
  | "memory"
  | "threads"
  | "dtype"
  | "revision"
  | "device"
  | "stream"
  | "acceptDifference"
  | "textColumn"
  | "pairColumn"
  | "labelColumn"
  | "idColumn"
  | "separator"
  | (typeof RUN_OPTIONS)[number]
>;

/**
 * The input and the folder of the run that is meant; undefined where results go elsewhere.
 *
 * --out with a folder is a run where the format is parquet or, with none given, where an option of runs is given, the
 * folder holds a run already, or the inputs are Parquet or several files. In all other cases a folder gets a file for each
 * input.
 *
 * @throws {UsageError} When options of runs are given where none can be.
 */
export async function runMeant(
  options: RunOptions,
): Promise<{ readonly input: string; readonly folder: string } | undefined> {
  const { input, out, format } = options;
  const asked = RUN_OPTIONS.filter((key) => options[key] !== undefined && options[key] !== false);
  const isParquet = format?.includes(PARQUET) === true;
  const why = isParquet ? "--format parquet" : asked[0] === undefined ? undefined : optionName(asked[0]);
  if (isParquet && format.length > 1) {
    throw new UsageError(
      `Cannot write the formats ${wordList(format)} at once: parquet makes a run of its folder; give one format`,
    );
  }
  const bucket = out !== undefined && isBucket(out);
  const folder =
    bucket || (out !== undefined && ((await looksLikeFolder(out)) || (why !== undefined && extname(out) === "")));
  if (why !== undefined) {
    const problem =
      input === undefined
        ? "a run is over many inputs: name them with --input"
        : format !== undefined && !isParquet
          ? `the format ${wordList(format)} makes no run: leave --format out`
          : !folder
            ? `a run is a folder: name one with --out, as in --out run/${out === undefined ? "" : `, in place of ${quote(out)}`}`
            : undefined;
    if (problem !== undefined) throw new UsageError(`Cannot use ${why}: ${problem}`);
  }
  if (bucket && (input === undefined || (format !== undefined && !isParquet))) {
    throw new UsageError(
      `Cannot write ${format === undefined ? "one explanation" : `the format ${wordList(format)}`} to ${quote(out)}: in S3 there are runs alone; give many inputs with --input and leave --format out, or write to a disk`,
    );
  }
  if (input === undefined || out === undefined || !folder || (format !== undefined && !isParquet)) return undefined;
  if (bucket || why !== undefined || (await readManifest(out)) !== undefined || (await isDataSet(input)))
    return { input, folder: out };
  return undefined;
}

async function isDataSet(input: string): Promise<boolean> {
  if (PARQUET_ENDINGS.includes(extname(input).toLowerCase())) return true;
  const found = await stat(input).catch(() => undefined);
  if (found?.isFile() === true) return false;
  // A folder of pictures may hold a table, too; one where this is not clear is refused where it is read.
  const tables = await tablesIn(input).catch(() => undefined);
  if (tables === undefined) return false;
  return found === undefined || !(await holdsFiles(input));
}

async function holdsFiles(folder: string): Promise<boolean> {
  const { inputFilesOf } = await import("../node/input-files.ts");
  const { fileModalities } = await import("@calig/core/internal/modality/input-forms");
  const { MODALITIES } = await import("@calig/core/internal/modality/modalities");
  return inputFilesOf(folder, fileModalities(MODALITIES), "explain").then(
    () => true,
    () => false,
  );
}

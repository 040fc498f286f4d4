/** @file From a file to a data set, whichever of the known layouts it has. */

import { readdir, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Modality } from "@calig/core/internal/attribution/explainable-model";
import { InputError, InvalidOptionError, quote, UsageError } from "@calig/core/internal/errors";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import type { DatasetLayout, DatasetRows, RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import { fileModalities } from "@calig/core/internal/modality/input-forms";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { readInputFolder } from "./datasets/input-folder.ts";
import { LAYOUTS } from "./datasets/layouts.ts";
import { readParquetTables } from "./datasets/parquet-tables.ts";
import { type ClassMap, isYoloFolder, readYoloFolder } from "./datasets/yolo-folder.ts";
import { foreignEnding } from "./foreign-files.ts";
import { tablesIn } from "./input-tables.ts";
import { PARQUET_ENDINGS } from "./parquet/rows.ts";
import { asksForColumns, ROW_OPTIONS, whyNone } from "./read-rows.ts";
import { checkFile, readText } from "./read-text.ts";
import { runFacts, shardsOf } from "./run-shards.ts";
import { isBucket } from "./storage/storage.ts";

/** Most bad rows that an error lists. */
const MOST_PROBLEMS = 20;

/** How a data set is read: its columns, its layouts, how many rows. */
export interface ReadDatasetOptions extends RowOptions {
  /** What to do with rows that are no inputs: "refuse" the data set (default), or "skip" them. */
  readonly badRows?: "refuse" | "skip";
  /** Pictures with outlined objects: the classes, by name or index, that mean a category. Default: the class of its name. */
  readonly classMap?: ClassMap;
  /** Layouts besides calig's own, which are tried after these. */
  readonly layouts?: readonly DatasetLayout[];
  /** Kinds of inputs besides calig's, whose files are looked for in folders. */
  readonly modalities?: readonly Modality[];
  /** How files of inputs are read, as their kind declares it: { background: "white" }. */
  readonly reading?: GivenOptions;
}

/**
 * Reads a data set: a file, a folder of Parquet files or a run of calig explain, a folder of pictures (or of files of another kind of input) in folders named after their classes, or one of pictures with outlined
 * objects (labels/ and images/, as for YOLO). Rows without a text, with a rationale that does not fit the text and the
 * like are listed with their lines.
 *
 * @param options - How the columns of a table or the fields of objects are called. Default: those of the project (text,
 *   pair, label, id), else common names for them (sentence, premise and hypothesis, sentiment, ...); `notes` of the
 *   result says which were read.
 * @throws {UsageError} When there is no such file, or a class map is given for what has no outlined objects.
 * @throws {InvalidOptionError} When a named column is not there.
 * @throws {InputError} When no layout fits the file, no row is an input, or some are not and are refused.
 */
export async function readDataset(
  path: string,
  {
    badRows = "refuse",
    classMap,
    modalities = [],
    reading = {},
    layouts: own = [],
    ...options
  }: ReadDatasetOptions = {},
): Promise<Dataset> {
  const asked = asksForColumns(options);
  const found = await stat(path).catch(() => undefined);
  if (asked && found?.isDirectory() === true && (await tablesOf(path, true)) === undefined) {
    const [key] = ROW_OPTIONS.filter((option) => options[option] !== undefined);
    throw new UsageError(`Cannot use ${optionName(key)} with ${quote(path)}: it is a folder, not a table`);
  }
  if (found?.isDirectory() === true && (await isYoloFolder(path))) {
    return {
      name: basename(path),
      ...usableRows(path, { rows: await readYoloFolder(path, classMap, reading) }, badRows),
    };
  }
  if (classMap !== undefined) {
    throw new UsageError(
      `Cannot use a class map with ${quote(path)}: it has no outlined objects; give a folder with labels/ and images/`,
    );
  }
  const tables = await tablesOf(path, found?.isDirectory() === true);
  if (tables !== undefined) {
    const read = await readParquetTables(tables, options);
    return {
      name: basename(path),
      ...usableRows(path, read, badRows),
      ...(read.notes === undefined ? {} : { notes: read.notes }),
    };
  }
  if (found?.isDirectory() === true) {
    const kinds = fileModalities([...MODALITIES, ...modalities]);
    return { name: basename(path), items: await readInputFolder(path, kinds, reading), problems: [] };
  }
  await checkFile(path, "a data set", `".jsonl", ".json", ".csv", ".tsv" or ".txt"`);
  const extension = extname(path).toLowerCase();
  const foreign = foreignEnding(extension, path);
  if (foreign !== undefined) {
    throw new UsageError(`Cannot read a data set from ${quote(path)}: it is ${foreign.what}; ${foreign.remedy}`);
  }
  const file = { path, extension, content: await readText(path), options, asked };
  const layouts = layoutsWith(own);
  const layout = layouts.find((candidate) => candidate.matches(file));
  if (layout === undefined) {
    throw new InputError(
      `Cannot read a data set from ${quote(path)}: it has none of the known layouts:${layouts.map(({ name, summary }) => `\n  - ${name}: ${summary}`).join("")}`,
    );
  }
  const read = await layout.read(file);
  if (read.rows.length === 0) {
    throw new InputError(`Cannot evaluate on ${quote(path)}: there are no inputs in it${whyNone(file)}`);
  }
  const { polarityLabel } = layout;
  return {
    name: basename(path),
    ...usableRows(path, read, badRows),
    ...(polarityLabel === undefined ? {} : { polarityLabel }),
    ...(read.notes === undefined ? {} : { notes: read.notes }),
  };
}

/** The Parquet files that a path means: itself, the shards of a run, or those of a pattern or a folder. */
async function tablesOf(path: string, isFolder: boolean): Promise<readonly string[] | undefined> {
  if ((isFolder || isBucket(path)) && (await runFacts(path)) !== undefined) return shardsOf(path);
  const isParquet = (file: string) => PARQUET_ENDINGS.includes(extname(file).toLowerCase());
  if (!isFolder && isParquet(path)) return [path];
  // Folders of other tables were never data sets.
  if (isFolder && !(await readdir(path, { recursive: true })).some(isParquet)) return undefined;
  const tables = await tablesIn(path);
  return tables?.every(isParquet) === true ? tables : undefined;
}

/** @throws {InvalidOptionError} When two layouts have one name. */
function layoutsWith(own: readonly DatasetLayout[]): readonly DatasetLayout[] {
  const all = [...own, ...LAYOUTS];
  const twice = own.find(({ name }) => all.filter((other) => other.name === name).length > 1);
  if (twice === undefined) return all;
  throw new InvalidOptionError(
    `Cannot add the layout of data sets "${twice.name}": there is one of this name; give it another one`,
    "layouts",
    twice.name,
  );
}

const optionName = (key = ""): string => `--${key.replace("Column", "-column")}`;

/** The rows that are inputs, and what is wrong with the others. @throws {InputError} When there are others and they are refused. */
function usableRows(
  path: string,
  { rows, counted = "line" }: DatasetRows,
  badRows: "refuse" | "skip",
): Pick<Dataset, "items" | "problems" | "counted"> {
  const items = rows.flatMap(({ line, item }) => (item instanceof InputError ? [] : [{ line, ...item }]));
  const problems = rows.flatMap(({ line, item }) =>
    item instanceof InputError ? [{ line, message: item.message }] : [],
  );
  if (problems.length > 0 && (badRows === "refuse" || items.length === 0)) {
    const shown = problems.slice(0, MOST_PROBLEMS).map(({ line, message }) => `\n  - ${counted} ${line}: ${message}`);
    const more = problems.length > shown.length ? `\n  - and ${problems.length - shown.length} more` : "";
    const remedy = items.length === 0 ? "" : "; correct them, or leave them out with --bad-rows skip";
    throw new InputError(
      `Cannot use ${problems.length} of the ${rows.length} rows of ${quote(path)}${remedy}:${shown.join("")}${more}`,
    );
  }
  if (items.length === 0) throw new InputError(`Cannot evaluate on ${quote(path)}: there are no inputs in it`);
  return { items, problems, ...(counted === "line" ? {} : { counted }) };
}

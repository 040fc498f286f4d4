/** @file Which files a name of inputs means: one file, a pattern ("data/*.parquet"), or a folder of tables such as a data set of Hugging Face. */

import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { quote, UsageError, wordList } from "@calig/core/internal/errors";
import { storageOf } from "./storage/open-storage.ts";
import { folderOf, isBucket, within } from "./storage/storage.ts";

/** Tables that are looked for in folders: others there are descriptions and licences. */
const IN_FOLDERS = [".parquet", ".jsonl", ".ndjson", ".csv", ".tsv"] as const;
/** What parts of data sets are called, of which one is meant. */
const SPLITS = /^(train|test|validation|valid|val|dev|eval|unsupervised)(?=[-_.]|$)/i;
/** Most names that a message lists. */
const MOST_NAMES = 10;

/** Whether a name stands for files by their pattern. */
const isPattern = (path: string): boolean => /[*?]|\[[^\]]*\]|\{[^}]*,[^}]*\}/.test(path);

/** Whether inputs are in several files, or may be: a pattern, or a folder of tables and not of other inputs. */
export async function tablesIn(path: string): Promise<readonly string[] | undefined> {
  if (isBucket(path)) return tablesInBucket(path);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return tablesInFolder(path);
  if (found !== undefined || !isPattern(path)) return undefined;
  const { glob } = await import("tinyglobby");
  const files = await glob(path.replaceAll("\\", "/"), { expandDirectories: false, dot: false });
  if (files.length > 0) return oneKind(path, files.sort());
  throw new UsageError(
    `Cannot read inputs from ${quote(path)}: no file is called so; give another pattern, or the name of a file`,
  );
}

/** The names that a pattern means, as shells have it: "*", "?", "[a-c]", "{a,b}". */
const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^$()|\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")
      .replace(/\{([^}]*)\}/g, (_, names: string) => `(${names.replaceAll(",", "|")})`)}$`,
  );

/** The same in a bucket, where the pattern is that of a name, and folders are none but by the slash at their end. */
async function tablesInBucket(path: string): Promise<readonly string[] | undefined> {
  const name = path.split("/").at(-1) ?? "";
  const folder = folderOf(path);
  if (isPattern(folder)) {
    throw new UsageError(
      `Cannot read inputs from ${quote(path)}: in S3 a pattern is that of the names in one folder; name the folder`,
    );
  }
  if (name !== "" && !isPattern(name)) return undefined;
  const names = (await (await storageOf(path)).list(folder)).map((file) => file.name).sort();
  const pattern = patternOf(name);
  const isMeant = (file: string) =>
    name === "" ? IN_FOLDERS.some((end) => file.toLowerCase().endsWith(end)) : pattern.test(file);
  const files = names.filter((file) => isMeant(file)).map((file) => within(folder, file));
  if (files.length > 0) return oneKind(path, files);
  throw new UsageError(
    `Cannot read inputs from ${quote(path)}: no file is called so; give another pattern, or the name of a file`,
  );
}

async function tablesInFolder(folder: string): Promise<readonly string[] | undefined> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => !/(^|[/\\])\./.test(name)).sort();
  const tables = names.filter((name) => (IN_FOLDERS as readonly string[]).includes(extname(name).toLowerCase()));
  if (tables.length === 0) {
    if (!names.some((name) => extname(name) === ".arrow")) return undefined;
    throw new UsageError(
      `Cannot read inputs from ${quote(folder)}: it holds files of Arrow, as save_to_disk of datasets writes them; write Parquet, as with python -c "import datasets; datasets.load_from_disk('${folder}').to_parquet('data.parquet')"`,
    );
  }
  const splits = [...new Set(tables.map((name) => SPLITS.exec(basename(name))?.[1]?.toLowerCase() ?? ""))];
  if (splits.length > 1) {
    const [first = ""] = tables.filter((name) => SPLITS.test(basename(name)));
    const split = SPLITS.exec(basename(first))?.[1] ?? "";
    const pattern = join(folder, first).replace(basename(first), `${split}*${extname(first)}`);
    throw new UsageError(
      `Cannot read inputs from ${quote(folder)}: it holds several parts of a data set (${listed(tables)}); name those of one, as in --input ${quote(pattern)}`,
    );
  }
  return oneKind(
    folder,
    tables.map((name) => join(folder, name)),
  );
}

/** @throws {UsageError} When files are of different kinds. */
function oneKind(path: string, files: readonly string[]): readonly string[] {
  const endings = [...new Set(files.map((file) => extname(file).toLowerCase()))];
  if (endings.length === 1) return files;
  throw new UsageError(
    `Cannot read inputs from ${quote(path)}: its files end in ${wordList(endings)} (${listed(files)}); name those of one kind by a pattern, as in "data/*.jsonl"`,
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(quote).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

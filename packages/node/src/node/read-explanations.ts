/** @file Explanations from files: records, lists and lines as `calig explain` writes them, and folders of such files. */

import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { parseExplanation } from "@calig/core/internal/attribution/parse-explanation";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import { fileModalities } from "@calig/core/internal/modality/input-forms";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import type { ReportEntry, ReportSource } from "@calig/core/internal/report/evidence/evidence-report";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { isFileOf } from "./input-files.ts";
import { readText } from "./read-text.ts";
import { readShard } from "./run-explanations.ts";
import { type RunFacts, runFacts, shardsOf } from "./run-shards.ts";
import { folderOf, isBucket } from "./storage/storage.ts";

/** Endings of files that may hold explanations. */
const EXPLANATION_EXTENSIONS: readonly string[] = [".json", ".jsonl", ".ndjson"];
/** Endings of files with texts to explain. */
const TEXTS: readonly string[] = [".csv", ".tsv", ".txt"];

/**
 * The files with explanations that a path leads to: itself, or those in the folder and the folders in it, sorted.
 *
 * @throws {UsageError} When there is no such file, or it cannot hold explanations.
 */
export async function explanationFiles(path: string): Promise<readonly string[]> {
  if (isBucket(path) && (await runFacts(path)) !== undefined) return shardsOf(path);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new UsageError(
      `Cannot read explanations from ${quote(path)}: there is no such file; to read what a model says of a text or a picture, explain it first with calig explain ... --out explanation.json`,
    );
  }
  if (found.isDirectory()) {
    if ((await runFacts(path)) !== undefined) return shardsOf(path);
    const names = await readdir(path, { recursive: true });
    const files = names.filter((name) => EXPLANATION_EXTENSIONS.includes(extname(name).toLowerCase())).sort();
    if (files.length > 0) return files.map((name) => join(path, name));
    throw new UsageError(
      `Cannot read explanations from folder ${quote(path)}: it has no files ending in ${EXPLANATION_EXTENSIONS.join(", ")}; write them with calig explain --input FILE --format json --out ${quote(path)}`,
    );
  }
  const extension = extname(path).toLowerCase();
  if (EXPLANATION_EXTENSIONS.includes(extension) || (await factsOfShard(path)) !== undefined) return [path];
  const ofInput = fileModalities(MODALITIES).find((modality) => isFileOf(modality, path));
  const remedy = ofInput
    ? `it is a ${ofInput.file.called}; explain it first with calig explain --${ofInput.field} ${quote(path)} --out explanation.json`
    : TEXTS.includes(extension)
      ? `it holds texts; explain them first with calig explain --input ${quote(path)} --out explanations.jsonl`
      : `its ending is none of ${EXPLANATION_EXTENSIONS.join(", ")}; give files that calig explain wrote`;
  throw new UsageError(`Cannot read explanations from ${quote(path)}: ${remedy}`);
}

/** The same files without those that are there under two names. */
export async function withoutRepeats(files: readonly string[]): Promise<readonly string[]> {
  const places = await Promise.all(files.map((file) => (isBucket(file) ? file : realpath(file))));
  return files.filter((_, i) => places.indexOf(places[i] as string) === i);
}

/**
 * All explanations of a file: one record, a list of them, or one a line.
 *
 * @throws {InputError} When it cannot be read, or holds something else; names the file, the place and the field.
 */
export async function readExplanations(file: string): Promise<readonly ReportEntry[]> {
  const facts = await factsOfShard(file);
  if (facts !== undefined) return readShard(file, facts);
  const records = recordsOf(await readText(file), file);
  if (records.length === 0) {
    throw new InputError(`Cannot read explanations from ${quote(file)}: there are none in it; ${AGAIN}`);
  }
  return records.map(({ value, place }) => entryOf(value, file, place));
}

/** The run that a file is a shard of. */
const factsOfShard = async (file: string): Promise<RunFacts | undefined> =>
  extname(file) === ".parquet" ? runFacts(folderOf(folderOf(file))) : undefined;

const AGAIN = "write it again with calig explain";

/** A value, and where in the file it is: "line 3", "entry 2", or "" for all of it. */
interface Found {
  readonly value: unknown;
  readonly place: string;
}

/** The records of a file that is JSON as a whole, or in each of its lines. */
function recordsOf(content: string, file: string): readonly Found[] {
  const whole = parsed(content);
  if ("value" in whole) {
    if (!Array.isArray(whole.value)) return [{ value: whole.value, place: "" }];
    return whole.value.map((value: unknown, i) => ({ value, place: `entry ${i + 1}` }));
  }
  const lines = content.split(/\r?\n/).map((line, i) => ({ line, place: `line ${i + 1}` }));
  return lines
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, place }, i) => {
      const record = parsed(line);
      if ("value" in record) return { value: record.value, place };
      // Where the first line is no record, the file is not made of lines.
      const [where, { message }] = i === 0 ? ["", whole.error] : [`, ${place}`, record.error];
      throw new InputError(
        `Cannot read explanations from ${quote(file)}${where}: it is not valid JSON (${message}); ${AGAIN}`,
        { cause: record.error },
      );
    });
}

function parsed(json: string): { readonly value: unknown } | { readonly error: Error } {
  try {
    return { value: parseJson(json) as unknown };
  } catch (error) {
    return { error: error as Error };
  }
}

function entryOf(value: unknown, file: string, place: string): ReportEntry {
  const where = `${quote(file)}${place === "" ? "" : `, ${place}`}`;
  const other = otherThing(value);
  if (other !== undefined) throw new InputError(`Cannot read an explanation from ${where}: ${other}`);
  let explanation: Explanation;
  try {
    explanation = parseExplanation(value);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`Cannot read an explanation from ${where}: ${cause.message}; ${AGAIN}`, {
      cause,
    });
  }
  const { source, ...rest } = explanation as Explanation & { readonly source?: unknown };
  return { source: sourceOf(source) ?? ownSource(file, place), explanation: rest };
}

/** What the value is, where it is something else that calig reads or writes. */
function otherThing(value: unknown): string | undefined {
  if (typeof value === "string") return "it is a text; explain the file first with calig explain --input";
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, version, text } = value as Readonly<Record<string, unknown>>;
  if (kind === "evidence-report") return "it is a report; give the files that it was made from";
  if (version === undefined && text !== undefined) {
    return 'it has a field "text" but no explanation; explain the file first with calig explain --input';
  }
  return undefined;
}

/** Where the explained input came from, as lines of several results say. */
function sourceOf(value: unknown): ReportSource | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { file, line, item, id, label } = value as Readonly<Record<string, unknown>>;
  if (typeof file !== "string") return undefined;
  return {
    file,
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof item === "number" ? { item } : {}),
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof label === "string" ? { label } : {}),
  };
}

function ownSource(file: string, place: string): ReportSource {
  const line = /^line (\d+)$/.exec(place)?.[1];
  if (line !== undefined) return { file, line: Number(line) };
  return { file: place === "" ? file : `${file}, ${place}` };
}

/** @file What a run is: model, options, inputs and shards, written before the first row, and compared before a run goes on. */

import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { ModelFacts } from "@calig/core/internal/attribution/explanation";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import { count } from "@calig/core/internal/render/format";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { MANIFEST } from "../node/run-shards.ts";
import { storageOf } from "../node/storage/open-storage.ts";
import { isBucket, within } from "../node/storage/storage.ts";
import type { InputPart } from "./run-inputs.ts";

export interface RunManifest {
  readonly version: 1;
  readonly kind: "calig-run";
  /** Version of calig. */
  readonly calig: string;
  /** Arguments of the command that began it: what workers on other machines are started with. */
  readonly command: readonly string[];
  /** Where it was given: what its relative paths start from. */
  readonly place: string;
  readonly model: ModelFacts;
  /** Everything that numbers depend on, by name, defaults spelled out. */
  readonly options: Readonly<Record<string, unknown>>;
  /** SHA-256 of model and options: each row and each shard has its first 16 digits. */
  readonly optionsHash: string;
  readonly inputs: readonly InputPart[];
  readonly rows: number;
  readonly shardRows: number;
  readonly shards: number;
  /** Types of the columns by name. */
  readonly columns: Readonly<Record<string, string>>;
}

/** JSON with its keys in order, so that equal values have equal texts; functions by their names, bytes by their hash. */
export function canonical(value: unknown): unknown {
  if (typeof value === "function") return `function ${value.name}`;
  if (ArrayBuffer.isView(value)) {
    return `sha256:${sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}`;
  }
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, canonical(entry)]),
  );
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** The hash of model and options. */
export const hashOptions = (model: ModelFacts, options: Readonly<Record<string, unknown>>): string =>
  sha256(JSON.stringify([model.sha256, canonical(options)]));

/** The short hash that rows, shards and jobs have. */
export const shortHash = ({ optionsHash }: Pick<RunManifest, "optionsHash">): string => optionsHash.slice(0, 16);

/** What tells runs apart: the hash of their options, and that of their inputs and shards. */
export function runId(manifest: RunManifest): string {
  const inputs = manifest.inputs.map((part) => part.sha256);
  return `${shortHash(manifest)}-${sha256(JSON.stringify([inputs, manifest.shardRows])).slice(0, 8)}`;
}

const LEAST_ROWS = 16;
const MOST_ROWS = 1000;
/** Shards that small data sets are split into, so that workers have something to share. */
const WANTED_SHARDS = 16;

/** Rows of a shard where nobody says how many: whatever the number of workers is. */
export const defaultShardRows = (rows: number): number =>
  Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.ceil(rows / WANTED_SHARDS)));

/** The manifest in a folder; undefined where there is none. @throws {InputError} When it is none that this version reads. */
export async function readManifest(folder: string): Promise<RunManifest | undefined> {
  const path = within(folder, MANIFEST);
  const content = await (await storageOf(folder)).read(path);
  if (content === undefined) return undefined;
  let found: Partial<RunManifest> | null;
  try {
    found = parseJson(content) as Partial<RunManifest> | null;
  } catch {
    found = null;
  }
  if (found?.kind !== "calig-run") {
    throw new InputError(
      `Cannot read the run in ${quote(folder)}: ${quote(path)} is no manifest of calig explain; name another folder`,
    );
  }
  if (found.version !== 1) {
    throw new InputError(
      `Cannot read the run in ${quote(folder)}: its manifest has version ${quote(found.version)}, this calig reads 1; use the calig that wrote it (${quote(found.calig)})`,
    );
  }
  return found as RunManifest;
}

/** Writes it whole, and makes the folders. */
export async function writeManifest(folder: string, manifest: RunManifest): Promise<void> {
  if (!isBucket(folder)) await mkdir(within(folder, "shards"), { recursive: true });
  const content = `${JSON.stringify(manifest, undefined, 2)}\n`;
  await (await storageOf(folder)).write(within(folder, MANIFEST), (file) => file.writeFile(content));
}

/** Most differences that a message names. */
const MOST_DIFFERENCES = 10;

/** What differs between the run that is there and what is asked for, in words. */
export function differences(there: RunManifest, wanted: RunManifest): readonly string[] {
  const found: string[] = [];
  const compare = (name: string, before: unknown, now: unknown) => {
    const [a, b] = [before, now].map((value) => JSON.stringify(canonical(value)) ?? "not given");
    if (a !== b) found.push(`${name}: was ${a}, is ${b}`);
  };
  compare("calig", there.calig, wanted.calig);
  compare("model", there.model.id, wanted.model.id);
  if (there.model.id === wanted.model.id) compare("checksum of the model", there.model.sha256, wanted.model.sha256);
  for (const name of new Set([...Object.keys(there.options), ...Object.keys(wanted.options)])) {
    compare(name, there.options[name], wanted.options[name]);
  }
  if (there.optionsHash !== wanted.optionsHash && found.length === 0)
    compare("options", there.optionsHash, wanted.optionsHash);
  compare("rows of a shard", there.shardRows, wanted.shardRows);
  const files = (parts: readonly InputPart[]) => parts.map(({ file }) => file);
  compare("inputs", files(there.inputs), files(wanted.inputs));
  if (files(there.inputs).join() === files(wanted.inputs).join()) {
    for (const [i, { file, rows, bytes, sha256 }] of wanted.inputs.entries()) {
      const before = there.inputs[i] as InputPart;
      if (before.sha256 === sha256) continue;
      found.push(
        `input ${quote(file)} changed: had ${count(before.rows, "row")} in ${count(before.bytes, "byte")}, has ${count(rows, "row")} in ${count(bytes, "byte")}${before.bytes === bytes ? " of another checksum" : ""}`,
      );
    }
  }
  return found;
}

/** @throws {UsageError} When the run that is there is another one than the one that is asked for: names what differs. */
export function checkSame(folder: string, there: RunManifest, wanted: RunManifest): void {
  const found = differences(there, wanted);
  if (found.length === 0) return;
  const shown = found.slice(0, MOST_DIFFERENCES).map((one) => `\n  - ${one}`);
  const more = found.length > shown.length ? `\n  - and ${found.length - shown.length} more` : "";
  throw new UsageError(
    `Cannot go on with the run in ${quote(folder)}: it was begun with something else; give what it was begun with, name another folder, or start over with --fresh:${shown.join("")}${more}`,
  );
}

/** @file The rows of a shard under way, kept line by line: what is explained is not explained again, whatever ends the process. */

import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { writeFailure } from "../util/file-failure.ts";
import { writeFully } from "../util/write-fully.ts";
import { type RunManifest, shortHash } from "./manifest.ts";
import type { RunRow } from "./run-row.ts";
import { shardFolder, shardName } from "./shards.ts";
import { MAKE_ROOM } from "./whole-file.ts";

/** Rows by number, of which few are in memory. */
export interface KeptRows {
  /** How many were there when it was opened. */
  readonly found: number;
  has(row: number): boolean;
  get(row: number): Promise<RunRow>;
  /** Notes that a row is begun. */
  begin(row: number): Promise<void>;
  /** How often it was begun by processes that ended before it was there. */
  begun(row: number): number;
  add(row: RunRow): Promise<void>;
  close(): Promise<void>;
  /** Closes and deletes: the rows are in the shard. */
  remove(): Promise<void>;
}

interface Place {
  readonly file: FileHandle;
  readonly offset: number;
  readonly bytes: number;
}

const CHUNK = 2 ** 20;
const NEWLINE = 0x0a;

/**
 * Opens what earlier processes kept of a shard, and a file for what is added. Several processes may do so at once: each
 * writes a file of its own. A line that is not whole, because its process was killed, is left out.
 */
export async function openKeptRows(folder: string, manifest: RunManifest, shard: number): Promise<KeptRows> {
  const own = join(shardFolder(folder), `.${shardName(manifest, shard)}.${randomUUID()}.rows.jsonl`);
  const start = `.${shardName(manifest, shard)}.`;
  const names = (await readdir(shardFolder(folder))).filter(
    (name) => name.startsWith(start) && name.endsWith(".rows.jsonl"),
  );
  const paths = names.map((name) => join(shardFolder(folder), name));
  const places = new Map<number, Place>();
  const begun = new Map<number, number>();
  const files: FileHandle[] = [];
  for (const path of paths) {
    const file = await open(path).catch(() => undefined);
    if (file === undefined) continue;
    files.push(file);
    for await (const { row, isBegin, ...place } of linesOf(file, shortHash(manifest))) {
      if (isBegin) begun.set(row, (begun.get(row) ?? 0) + 1);
      else places.set(row, { file, ...place });
    }
  }
  let written: FileHandle | undefined;
  let end = 0;
  const close = async () => {
    for (const file of files.splice(0)) await file.close();
  };
  const append = async (value: object) => {
    const line = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    try {
      if (written === undefined) {
        written = await open(own, "wx+");
        files.push(written);
      }
      await writeFully(written, line, end);
    } catch (cause) {
      throw writeFailure(own, cause, MAKE_ROOM);
    }
    const place = { file: written, offset: end, bytes: line.length - 1 };
    end += line.length;
    return place;
  };
  return {
    found: places.size,
    has: (row) => places.has(row),
    async get(row) {
      const { file, offset, bytes } = places.get(row) as Place;
      const line = new Uint8Array(bytes);
      await file.read(line, 0, bytes, offset);
      return parseJson(new TextDecoder().decode(line)) as RunRow;
    },
    begun: (row) => begun.get(row) ?? 0,
    begin: async (row) => void (await append({ row, options: shortHash(manifest), begun: true })),
    async add(row) {
      places.set(row.row, await append(row));
    },
    close,
    async remove() {
      await close();
      for (const path of [...paths, own]) await rm(path, { force: true });
    },
  };
}

/** The rows of a file with their places: those of these options. */
async function* linesOf(file: FileHandle, options: string) {
  const chunk = new Uint8Array(CHUNK);
  let rest: Uint8Array = new Uint8Array(0);
  let offset = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK);
    if (bytesRead === 0) return;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to >= 0; to = bytes.indexOf(NEWLINE, from)) {
      const found = rowIn(bytes.subarray(from, to), options);
      if (found !== undefined) yield { ...found, offset: offset + from, bytes: to - from };
      from = to + 1;
    }
    rest = bytes.subarray(from);
    offset += from;
  }
}

function rowIn(line: Uint8Array, wanted: string): { readonly row: number; readonly isBegin: boolean } | undefined {
  try {
    const { row, options, begun } = parseJson(new TextDecoder().decode(line)) as Partial<RunRow>;
    return typeof row === "number" && options === wanted ? { row, isBegin: begun === true } : undefined;
  } catch {
    return undefined;
  }
}

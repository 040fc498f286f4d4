/** @file The rows of a shard under way, kept line by line: what is explained is not explained again, whatever ends the process. */

import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { MAKE_ROOM } from "../node/storage/disk.ts";
import { writeFailure } from "../util/file-failure.ts";
import { type LinePlace, lineAt, wholeLines } from "../util/line-log.ts";
import { writeFully } from "../util/write-fully.ts";
import { logsOf } from "./kept-logs.ts";
import { type RunManifest, shortHash } from "./manifest.ts";
import type { RunRow } from "./run-row.ts";
import { shardName } from "./shards.ts";

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

interface Place extends LinePlace {
  readonly file: FileHandle;
}

/**
 * Opens what earlier processes kept of a shard, and a file for what is added. Several processes may do so at once: each
 * writes a file of its own. A line that is not whole, because its process was killed, is left out.
 */
export async function openKeptRows(folder: string, manifest: RunManifest, shard: number): Promise<KeptRows> {
  const start = `.${shardName(manifest, shard)}.`;
  const logs = await logsOf(folder, manifest, start);
  const own = `${start}${randomUUID()}.rows.jsonl`;
  const names = (await readdir(logs.folder)).filter((name) => name.startsWith(start) && name.endsWith(".rows.jsonl"));
  const places = new Map<number, Place>();
  const begun = new Map<number, number>();
  const files: FileHandle[] = [];
  for (const name of names) {
    const file = await open(join(logs.folder, name)).catch(() => undefined);
    if (file === undefined) continue;
    files.push(file);
    for await (const { line, offset, bytes } of wholeLines(file)) {
      const found = rowIn(line, shortHash(manifest));
      if (found === undefined) continue;
      const { row, isBegin } = found;
      if (isBegin) begun.set(row, (begun.get(row) ?? 0) + 1);
      else places.set(row, { file, offset, bytes });
    }
  }
  let written: FileHandle | undefined;
  let end = 0;
  const path = join(logs.folder, own);
  const closeFiles = async () => {
    for (const file of files.splice(0)) await file.close();
  };
  const append = async (value: object) => {
    const line = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    try {
      if (written === undefined) {
        written = await open(path, "wx+");
        files.push(written);
      }
      await writeFully(written, line, end);
    } catch (cause) {
      throw writeFailure(path, cause, MAKE_ROOM);
    }
    const place = { file: written, offset: end, bytes: line.length - 1 };
    end += line.length;
    return place;
  };
  return {
    found: places.size,
    has: (row) => places.has(row),
    async get(row) {
      const { file, ...place } = places.get(row) as Place;
      return parseJson(await lineAt(file, place)) as RunRow;
    },
    begun: (row) => begun.get(row) ?? 0,
    async begin(row) {
      await append({ row, options: shortHash(manifest), begun: true });
      await logs.written(own, "begun");
    },
    async add(row) {
      places.set(row.row, await append(row));
      await logs.written(own, "kept");
    },
    async close() {
      await closeFiles();
      await logs.close();
    },
    async remove() {
      await closeFiles();
      for (const name of [...names, own]) await rm(join(logs.folder, name), { force: true });
      await logs.remove();
    },
  };
}

function rowIn(line: Uint8Array, wanted: string): { readonly row: number; readonly isBegin: boolean } | undefined {
  try {
    const { row, options, begun } = parseJson(new TextDecoder().decode(line)) as Partial<RunRow>;
    return typeof row === "number" && options === wanted ? { row, isBegin: begun === true } : undefined;
  } catch {
    return undefined;
  }
}

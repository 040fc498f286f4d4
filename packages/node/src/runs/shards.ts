/** @file The shards of a run on disk: their names, which are done, and what interrupted runs left behind. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openParquet, type ParquetFile } from "../node/parquet/read.ts";
import { type RunManifest, shortHash } from "./manifest.ts";

const DIGITS = 5;
const numbered = (n: number): string => String(n).padStart(DIGITS, "0");

/** "part-00017-of-00240" */
export const shardName = ({ shards }: Pick<RunManifest, "shards">, shard: number): string =>
  `part-${numbered(shard)}-of-${numbered(shards)}`;

export const shardFolder = (folder: string): string => join(folder, "shards");

export const shardPath = (folder: string, manifest: RunManifest, shard: number): string =>
  join(shardFolder(folder), `${shardName(manifest, shard)}.parquet`);

/** Rows of a shard: from the first, to the last (exclusive). */
export const shardRange = (
  { rows, shardRows }: Pick<RunManifest, "rows" | "shardRows">,
  shard: number,
): { readonly start: number; readonly end: number } => ({
  start: shard * shardRows,
  end: Math.min(rows, (shard + 1) * shardRows),
});

/** What the footer of a shard notes. */
export const shardNotes = (manifest: RunManifest, shard: number, failed: number): Readonly<Record<string, string>> => ({
  "calig.version": manifest.calig,
  "calig.options": shortHash(manifest),
  "calig.shard": String(shard),
  "calig.failed": String(failed),
});

/** A shard that is done. */
export interface DoneShard {
  readonly shard: number;
  readonly failed: number;
}

/** Whether a file is this shard of this run, whole: its footer says so. */
export async function doneShard(folder: string, manifest: RunManifest, shard: number): Promise<DoneShard | undefined> {
  let file: ParquetFile;
  try {
    file = await openParquet(shardPath(folder, manifest, shard));
  } catch {
    return undefined;
  }
  const { start, end } = shardRange(manifest, shard);
  const { notes, rows } = file;
  await file.close();
  const failed = Number(notes["calig.failed"]);
  const same = Object.entries(shardNotes(manifest, shard, failed)).every(([key, value]) => notes[key] === value);
  return same && rows === end - start ? { shard, failed } : undefined;
}

/** Footers that are read at once. */
const AT_ONCE = 32;

/** The shards that are done. */
export async function doneShards(folder: string, manifest: RunManifest): Promise<readonly DoneShard[]> {
  const there = new Set(await readdir(shardFolder(folder)).catch(() => []));
  const found: DoneShard[] = [];
  let next = 0;
  const look = async () => {
    while (next < manifest.shards) {
      const shard = next++;
      if (!there.has(`${shardName(manifest, shard)}.parquet`)) continue;
      const done = await doneShard(folder, manifest, shard);
      if (done !== undefined) found.push(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  return found.sort((a, b) => a.shard - b.shard);
}

/** Names of files under way: hidden, so that no reader of the folder takes them for shards. */
export const TEMPORARY = /^\.part-(\d+)-of-\d+\..*\.(tmp|rows\.jsonl)$/;

/**
 * Deletes what interrupted runs left behind and is of no more use: shards that were not whole, and the rows that were kept
 * of shards that are done. Only where nobody else works on the run.
 */
export async function removeStrays(folder: string, done: readonly DoneShard[]): Promise<number> {
  const whole = new Set(done.map(({ shard }) => shard));
  const names = await readdir(shardFolder(folder)).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const [, shard, kind] = TEMPORARY.exec(name) ?? [];
    if (shard === undefined || (kind !== "tmp" && !whole.has(Number(shard)))) continue;
    await rm(join(shardFolder(folder), name), { force: true });
    removed++;
  }
  return removed;
}

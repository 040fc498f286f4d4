/** @file The shards of a run on disk: their names, which are done, and what interrupted runs left behind. */

import { openParquet, type ParquetFile } from "../node/parquet/read.ts";
import { storageOf } from "../node/storage/open-storage.ts";
import { within } from "../node/storage/storage.ts";
import { readLedger, writeLedger } from "./ledger.ts";
import { type RunManifest, shortHash } from "./manifest.ts";

const DIGITS = 5;
const numbered = (n: number): string => String(n).padStart(DIGITS, "0");

/** "part-00017-of-00240" */
export const shardName = ({ shards }: Pick<RunManifest, "shards">, shard: number): string =>
  `part-${numbered(shard)}-of-${numbered(shards)}`;

export const shardFolder = (folder: string): string => within(folder, "shards");

export const shardPath = (folder: string, manifest: RunManifest, shard: number): string =>
  within(shardFolder(folder), `${shardName(manifest, shard)}.parquet`);

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

/**
 * The shards that are done. Those that were found whole before, and of which the storage says what it said then, are not
 * opened again.
 */
export async function doneShards(folder: string, manifest: RunManifest): Promise<readonly DoneShard[]> {
  const storage = await storageOf(folder);
  const [known, files] = await Promise.all([readLedger(folder, manifest), storage.list(shardFolder(folder))]);
  const states = new Map(files.map(({ name, state }) => [name, state]));
  const found = new Map<number, DoneShard & { readonly state: string }>();
  let [next, opened] = [0, 0];
  const look = async () => {
    while (next < manifest.shards) {
      const shard = next++;
      const state = states.get(`${shardName(manifest, shard)}.parquet`);
      if (state === undefined) continue;
      const before = known.get(shard);
      if (before?.state === state) {
        found.set(shard, before);
        continue;
      }
      opened++;
      const done = await doneShard(folder, manifest, shard);
      if (done !== undefined) found.set(shard, { ...done, state });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  const all = [...found.values()].sort((a, b) => a.shard - b.shard);
  if (opened > 0) await writeLedger(folder, manifest, all);
  return all;
}

/** Names of files under way: hidden, so that no reader of the folder takes them for shards. */
export const TEMPORARY = /^\.part-(\d+)-of-\d+\..*\.(tmp|rows\.jsonl)$/;

/**
 * Deletes what interrupted runs left behind and is of no more use: shards that were not whole, and the rows that were kept
 * of shards that are done. Only where nobody else works on the run.
 */
export async function removeStrays(folder: string, done: readonly DoneShard[]): Promise<number> {
  const whole = new Set(done.map(({ shard }) => shard));
  const storage = await storageOf(folder);
  let removed = 0;
  for (const { name } of await storage.list(shardFolder(folder))) {
    const [, shard, kind] = TEMPORARY.exec(name) ?? [];
    if (shard === undefined || (kind !== "tmp" && !whole.has(Number(shard)))) continue;
    await storage.remove(within(shardFolder(folder), name));
    removed++;
  }
  return removed;
}

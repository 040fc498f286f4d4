/** @file run/failed.jsonl: the rows that could not be explained, made from the shards that are done, so that each is there once. */

import { parseJson } from "@calig/core/internal/util/parse-json";
import { openParquet } from "../node/parquet/read.ts";
import { storageOf } from "../node/storage/open-storage.ts";
import { within } from "../node/storage/storage.ts";
import type { RunManifest } from "./manifest.ts";
import { type DoneShard, shardPath } from "./shards.ts";

/** Its name in the folder of the run. */
export const FAILED = "failed.jsonl";

const COLUMNS = ["row", "id", "source", "line", "error_code", "error"];

/**
 * The lines of the shards that are done, by shard. Those that the file has are taken from it where it has as many of a shard
 * as failed there: reading them from a thousand shards takes minutes.
 */
export async function failuresOf(
  folder: string,
  manifest: RunManifest,
  done: readonly DoneShard[],
): Promise<Map<number, readonly string[]>> {
  const all = new Map<number, readonly string[]>();
  const failing = done.filter(({ failed }) => failed > 0);
  if (failing.length === 0) return all;
  const known = await writtenFailures(folder, manifest);
  for (const shard of failing) {
    const own = known.get(shard.shard) ?? [];
    all.set(shard.shard, own.length === shard.failed ? own : await failuresIn(folder, manifest, shard));
  }
  return all;
}

/** What the file says now, by shard. */
async function writtenFailures(folder: string, { shardRows }: RunManifest): Promise<ReadonlyMap<number, string[]>> {
  const content = (await (await storageOf(folder)).read(within(folder, FAILED))) ?? "";
  const lines = new Map<number, string[]>();
  for (const line of content.split("\n")) {
    if (line === "") continue;
    try {
      const { row } = parseJson(line) as { readonly row: number };
      const shard = Math.floor(row / shardRows);
      const own = lines.get(shard) ?? [];
      own.push(`${line}\n`);
      lines.set(shard, own);
    } catch {
      // Somebody else wrote into it: what is missing is read from its shard.
    }
  }
  return lines;
}

/** The lines of one shard. */
export async function failuresIn(
  folder: string,
  manifest: RunManifest,
  { shard, failed }: DoneShard,
): Promise<readonly string[]> {
  if (failed === 0) return [];
  const file = await openParquet(shardPath(folder, manifest, shard));
  try {
    const rows = await file.read(0, file.rows, COLUMNS);
    return rows.flatMap(({ row, id, source, line, error_code: code, error: message }) =>
      typeof code === "string" ? [`${JSON.stringify({ row, id, source, line, code, message })}\n`] : [],
    );
  } finally {
    await file.close();
  }
}

/** Writes the file anew, or removes it where nothing failed. @param lines - By shard. */
export async function writeFailures(folder: string, lines: ReadonlyMap<number, readonly string[]>): Promise<number> {
  const path = within(folder, FAILED);
  const storage = await storageOf(folder);
  const all = [...lines].sort(([a], [b]) => a - b).flatMap(([, own]) => own);
  if (all.length === 0) await storage.remove(path);
  else await storage.write(path, (file) => file.writeFile(all.join("")));
  return all.length;
}

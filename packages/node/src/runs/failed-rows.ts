/** @file run/failed.jsonl: the rows that could not be explained, made from the shards that are done, so that each is there once. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openParquet } from "../node/parquet/read.ts";
import type { RunManifest } from "./manifest.ts";
import { type DoneShard, shardPath } from "./shards.ts";
import { writeWholeFile } from "./whole-file.ts";

/** Its name in the folder of the run. */
export const FAILED = "failed.jsonl";

const COLUMNS = ["row", "id", "source", "line", "error_code", "error"];

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
  const path = join(folder, FAILED);
  const all = [...lines].sort(([a], [b]) => a - b).flatMap(([, own]) => own);
  if (all.length === 0) await rm(path, { force: true });
  else await writeWholeFile(path, (file) => file.writeFile(all.join("")));
  return all.length;
}

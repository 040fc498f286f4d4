/** @file How far a run is, from its folder alone. */

import { failuresOf, writeFailures } from "./failed-rows.ts";
import type { RunManifest } from "./manifest.ts";
import { doneShards, shardRange } from "./shards.ts";

export interface RunStatus {
  readonly shards: number;
  readonly shardsDone: number;
  readonly rows: number;
  /** Of shards that are done, those that failed among them. */
  readonly rowsDone: number;
  readonly rowsFailed: number;
}

/** Looks at all shards, and writes failed.jsonl from those with failures. */
export async function runStatus(folder: string, manifest: RunManifest): Promise<RunStatus> {
  const done = await doneShards(folder, manifest);
  const rowsFailed = await writeFailures(folder, await failuresOf(folder, manifest, done));
  const rowsDone = done.reduce((sum, { shard }) => {
    const { start, end } = shardRange(manifest, shard);
    return sum + end - start;
  }, 0);
  return { shards: manifest.shards, shardsDone: done.length, rows: manifest.rows, rowsDone, rowsFailed };
}

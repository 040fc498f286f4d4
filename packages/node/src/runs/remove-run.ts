/** @file Starting a run over: what it wrote is deleted, and nothing else that lies in its folder. */

import { MANIFEST } from "../node/run-shards.ts";
import { storageOf } from "../node/storage/open-storage.ts";
import { within } from "../node/storage/storage.ts";
import { FAILED } from "./failed-rows.ts";
import { LEDGER } from "./ledger.ts";
import { readManifest } from "./manifest.ts";
import { shardFolder, TEMPORARY } from "./shards.ts";

const SHARD = /^part-\d+-of-\d+\.parquet$/;

/** Deletes the shards, failures and manifest of the run in a folder, where there is one. */
export async function removeRun(folder: string): Promise<void> {
  if ((await readManifest(folder)) === undefined) return;
  // The manifest goes last: an interruption leaves a run behind that can be started over.
  const storage = await storageOf(folder);
  for (const { name } of await storage.list(shardFolder(folder))) {
    if (SHARD.test(name) || TEMPORARY.test(name)) await storage.remove(within(shardFolder(folder), name));
  }
  for (const name of [FAILED, LEDGER, MANIFEST]) await storage.remove(within(folder, name));
}

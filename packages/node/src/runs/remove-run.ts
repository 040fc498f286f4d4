/** @file Starting a run over: what it wrote is deleted, and nothing else that lies in its folder. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MANIFEST } from "../node/run-shards.ts";
import { FAILED } from "./failed-rows.ts";
import { readManifest } from "./manifest.ts";
import { shardFolder, TEMPORARY } from "./shards.ts";

const SHARD = /^part-\d+-of-\d+\.parquet$/;

/** Deletes the shards, failures and manifest of the run in a folder, where there is one. */
export async function removeRun(folder: string): Promise<void> {
  if ((await readManifest(folder)) === undefined) return;
  // The manifest goes last: an interruption leaves a run behind that can be started over.
  for (const name of await readdir(shardFolder(folder)).catch(() => [])) {
    if (SHARD.test(name) || TEMPORARY.test(name)) await rm(join(shardFolder(folder), name), { force: true });
  }
  for (const name of [FAILED, MANIFEST]) await rm(join(folder, name), { force: true });
}

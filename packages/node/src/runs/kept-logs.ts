/**
 * @file Where the rows of shards under way are kept. On a disk: beside the shards. Of a run in a bucket, which no line can be
 * added to: on the machine's own disk, with a copy in the bucket now and then, so that other machines go on from there.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storageOf } from "../node/storage/open-storage.ts";
import { isBucket, within } from "../node/storage/storage.ts";
import { type RunManifest, runId } from "./manifest.ts";
import { shardFolder } from "./shards.ts";

/** How often a log is copied, milliseconds: what a machine that is lost loses besides. */
const COPY_MS = 30_000;
/**
 * Logs of a shard from which on a row is copied as soon as it is begun. So many processes ended before the shard was done:
 * where a row ends them at once, the next one knows which.
 */
const CAREFUL = 3;

/** The logs of one shard. */
export interface ShardLogs {
  /** Where they lie and are added to. */
  readonly folder: string;
  /** Told after a line was added to the own log. */
  written(name: string, what: "begun" | "kept"): Promise<void>;
  /** Leaves what others need to go on. */
  close(): Promise<void>;
  /** Deletes copies: the shard is done. */
  remove(): Promise<void>;
}

const nothing = async () => {};

/** @param start - What the names of the logs of the shard begin with. */
export async function logsOf(folder: string, manifest: RunManifest, start: string): Promise<ShardLogs> {
  if (!isBucket(folder)) return { folder: shardFolder(folder), written: nothing, close: nothing, remove: nothing };
  const storage = await storageOf(folder);
  const place = createHash("sha256")
    .update(`${folder.replace(/\/+$/, "")}\n${runId(manifest)}`)
    .digest("hex");
  const here = join(tmpdir(), `calig-rows-${process.getuid?.() ?? 0}`, place.slice(0, 16));
  await mkdir(here, { recursive: true, mode: 0o700 });
  const copies = async () =>
    (await storage.list(shardFolder(folder))).filter(
      ({ name }) => name.startsWith(start) && name.endsWith(".rows.jsonl"),
    );
  const there = await copies();
  const local = new Set(await readdir(here));
  for (const { name } of there) {
    // What is here is longer than its copy.
    if (local.has(name)) continue;
    const content = await storage.read(within(shardFolder(folder), name));
    if (content !== undefined) await writeFile(join(here, name), content, { mode: 0o600 });
  }
  const careful = there.length >= CAREFUL;
  let [own, copied, isCopied] = ["", performance.now(), true];
  const copy = async (content: Uint8Array) => {
    copied = performance.now();
    await storage.write(within(shardFolder(folder), own), (file) => file.writeFile(content));
  };
  const copyAll = async () => {
    isCopied = true;
    await copy(await readFile(join(here, own)));
  };
  return {
    folder: here,
    async written(name, what) {
      const isFirst = own === "";
      own = name;
      isCopied = false;
      if (careful || (what === "kept" && performance.now() - copied > COPY_MS)) await copyAll();
      // That there is another process, and not at which row: it may be rows ahead when it ends.
      else if (isFirst) await copy(new Uint8Array(0));
    },
    async close() {
      // What cannot be copied is explained again.
      if (!isCopied) await copyAll().catch(() => {});
    },
    async remove() {
      isCopied = true;
      for (const { name } of await copies()) await storage.remove(within(shardFolder(folder), name));
    },
  };
}

/** @file One shard, from its rows to its file: written under another name, and moved into its place when it is whole. */

import type { FileHandle } from "node:fs/promises";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import {
  ExecutionError,
  InternalError,
  InvalidOptionError,
  isCaligError,
  quote,
  UsageError,
} from "@calig/core/internal/errors";
import { type ColumnTypes, startParquet } from "../node/parquet/write.ts";
import { storageOf } from "../node/storage/open-storage.ts";
import { NEW } from "../node/storage/storage.ts";
import { isSystemError } from "../util/file-failure.ts";
import { openKeptRows } from "./kept-rows.ts";
import { type RunManifest, shortHash } from "./manifest.ts";
import type { RunEntry, RunInputs } from "./run-inputs.ts";
import { explainedRow, failedRow, hasFailed, type RunRow } from "./run-row.ts";
import type { RowState } from "./shard-source.ts";
import { type DoneShard, doneShard, shardNotes, shardPath, shardRange } from "./shards.ts";

/** Rows of a row group: what a reader of one row has to read, and what the writer holds in memory. */
const GROUP_ROWS = 100;
/** Characters of rows that a row group holds at most, where the whole Explanation is kept. */
const GROUP_CHARACTERS = 2 ** 23;

/**
 * Processes that may end at a row, by a fault in native code or for want of memory, before it counts as the cause. Processes
 * that are killed at random are found at their first row more often than at others, since it is slow: one at which a
 * process has ended comes last in its shard, behind rows that warm the next one up.
 */
const MOST_ENDS = 5;

export interface ShardWork {
  readonly folder: string;
  readonly manifest: RunManifest;
  readonly inputs: RunInputs;
  readonly explain: (input: object) => Promise<Explanation>;
  /** What is told of each row: before it is explained, and when it is there. */
  readonly onRow?: (row: number, state: RowState) => void;
  /** Asked between two rows. */
  readonly stopped?: () => boolean;
}

/**
 * Explains the rows of a shard that are not kept yet, and writes its file.
 *
 * @returns undefined where it was stopped: the rows so far are kept.
 * @throws What is wrong with all rows: options, files, the disk. What is wrong with one is in its row.
 */
export async function workShard(work: ShardWork, shard: number): Promise<DoneShard | undefined> {
  const { folder, manifest, inputs, onRow, stopped } = work;
  const { start, end } = shardRange(manifest, shard);
  await inputs.check(start, end);
  const kept = await openKeptRows(folder, manifest, shard);
  try {
    const doubtful: number[] = [];
    const keep = async (entry: RunEntry) => {
      onRow?.(entry.row, "begun");
      const ended = kept.begun(entry.row);
      if (ended < MOST_ENDS) await kept.begin(entry.row);
      const row = ended < MOST_ENDS ? await explainRow(work, entry) : endingRow(manifest, entry, ended);
      await kept.add(row);
      onRow?.(entry.row, hasFailed(row) ? "failed" : "explained");
    };
    for await (const entry of inputs.entries(start, end)) {
      if (kept.has(entry.row)) {
        onRow?.(entry.row, "kept");
        continue;
      }
      if (kept.begun(entry.row) > 0) {
        doubtful.push(entry.row);
        continue;
      }
      if (stopped?.() === true) return undefined;
      await keep(entry);
    }
    for (const row of doubtful) {
      for await (const entry of inputs.entries(row, row + 1)) {
        if (stopped?.() === true) return undefined;
        await keep(entry);
      }
    }
    try {
      await inputs.check(start, end);
    } catch (error) {
      // Nobody knows which of its rows are of the inputs that were.
      await kept.remove();
      throw error;
    }
    const done = await writeShard(work, shard, { start, end }, (row) => kept.get(row));
    await kept.remove();
    return done;
  } finally {
    await kept.close();
  }
}

const endingRow = (manifest: RunManifest, entry: RunEntry, ended: number): RunRow =>
  failedRow(
    entry,
    shortHash(manifest),
    "CALIG_ENGINE_ENDED",
    `The process that explained this row ended ${ended} times before the row was done: killed, out of memory, or by a fault in the engine; explain it alone to see why`,
  );

async function explainRow({ manifest, explain }: ShardWork, entry: RunEntry): Promise<RunRow> {
  const options = shortHash(manifest);
  try {
    const explanation = await explain(await entry.read());
    return explainedRow(entry, options, explanation, Object.hasOwn(manifest.columns, "json"));
  } catch (error) {
    // What is wrong with an option is wrong for every row; what the system refuses, it may grant when asked again.
    if (error instanceof InvalidOptionError || error instanceof UsageError || isSystemError(error)) throw error;
    if (!(error instanceof Error)) throw error;
    const { code, message } = isCaligError(error) ? error : new InternalError(`${error.name}: ${error.message}`);
    return failedRow(entry, options, code, message);
  }
}

async function writeShard(
  { folder, manifest }: ShardWork,
  shard: number,
  { start, end }: { readonly start: number; readonly end: number },
  rowAt: (row: number) => Promise<RunRow>,
): Promise<DoneShard> {
  // What the footer notes is said when the file is begun: failures are counted before.
  let failed = 0;
  for (let row = start; row < end; row++) if (hasFailed(await rowAt(row))) failed++;
  const path = shardPath(folder, manifest, shard);
  const fill = async (file: FileHandle) => {
    const sink = startParquet(file, manifest.columns as ColumnTypes, shardNotes(manifest, shard, failed));
    for (let next = start; next < end; ) {
      const group: RunRow[] = [];
      for (let size = 0; next < end && group.length < GROUP_ROWS && size < GROUP_CHARACTERS; next++) {
        const row = await rowAt(next);
        size += lengthOf(row.json) + lengthOf(row.text);
        group.push(row);
      }
      await sink.group(group);
    }
    await sink.finish();
  };
  const storage = await storageOf(path);
  if (await storage.write(path, fill, NEW)) return { shard, failed };
  // Another process was first. What is right stays; what is not is replaced, where nobody else does so.
  const there = await doneShard(folder, manifest, shard);
  if (there !== undefined) return there;
  if (await storage.write(path, fill, (await storage.find(path))?.state ?? NEW)) return { shard, failed };
  throw new ExecutionError(
    `Cannot write ${quote(path)}: other processes write it at the same time, and something else; let one command work on a run`,
  );
}

const lengthOf = (value: unknown): number => (typeof value === "string" ? value.length : 0);

/** @file All shards of a run on this machine: which are left, handed out one by one, and what is told of them. */

import { failuresIn, failuresOf, writeFailures } from "./failed-rows.ts";
import type { RunManifest } from "./manifest.ts";
import type { RowState } from "./shard-source.ts";
import { type DoneShard, doneShards, removeStrays, shardRange } from "./shards.ts";

/** How often the ledger of what is done is written. */
const NOTE_MS = 60_000;

/** How far a run is. */
export interface RunProgress {
  readonly rows: number;
  /** Rows that are there, those that failed among them. */
  readonly done: number;
  readonly failed: number;
  /** Rows that were there before. */
  readonly found: number;
  readonly shards: number;
  readonly shardsDone: number;
}

/** The shards of a run that are left. */
export interface ShardBoard {
  /** The next one; undefined when none is left or work shall stop. */
  take(): number | undefined;
  /** Gives one back that was not done: it is taken next. */
  giveBack(shard: number): void;
  onRow(row: number, state: RowState): void;
  done(shard: DoneShard): Promise<void>;
  progress(): RunProgress;
  /** Writes the list of failures for the last time. */
  finish(): Promise<void>;
}

/** Looks at what is done. Nobody else may work on the run. */
export async function openBoard(folder: string, manifest: RunManifest): Promise<ShardBoard> {
  const before = await doneShards(folder, manifest);
  await removeStrays(folder, before);
  const finished = new Set(before.map(({ shard }) => shard));
  const lines = await failuresOf(folder, manifest, before);
  const rowsIn = (shard: number) => {
    const { start, end } = shardRange(manifest, shard);
    return end - start;
  };
  const found = before.reduce((sum, { shard }) => sum + rowsIn(shard), 0);
  let [done, failed] = [found, before.reduce((sum, shard) => sum + shard.failed, 0)];
  let kept = 0;
  let next = 0;
  const returned: number[] = [];
  // Two shards that are done at once write the list one after the other.
  let writing: Promise<unknown> = Promise.resolve();
  let noted = performance.now();
  /** Keeps what is done in the ledger, now and then: what was done since is found by its footers. */
  const note = async () => {
    if (performance.now() - noted < NOTE_MS) return;
    noted = performance.now();
    await doneShards(folder, manifest);
  };
  const write = () => {
    writing = writing.then(() => writeFailures(folder, lines));
    return writing;
  };
  return {
    take() {
      const again = returned.pop();
      if (again !== undefined) return again;
      while (next < manifest.shards && finished.has(next)) next++;
      return next < manifest.shards ? next++ : undefined;
    },
    giveBack: (shard) => void returned.push(shard),
    onRow(_row, state) {
      if (state === "begun") return;
      done++;
      if (state === "kept") kept++;
      if (state === "failed") failed++;
    },
    async done(shard) {
      finished.add(shard.shard);
      await note();
      if (shard.failed === 0) return;
      lines.set(shard.shard, await failuresIn(folder, manifest, shard));
      await write();
    },
    progress: () => ({
      rows: manifest.rows,
      done: Math.min(done, manifest.rows),
      failed: Math.max(
        failed,
        [...lines.values()].reduce((sum, { length }) => sum + length, 0),
      ),
      found: found + kept,
      shards: manifest.shards,
      shardsDone: finished.size,
    }),
    async finish() {
      await write();
      await doneShards(folder, manifest);
    },
  };
}

/** @file Where a process that explains takes shards from, and what it tells of them: the loop of one process, other processes, or a queue. */

import type { DoneShard } from "./shards.ts";

export interface ShardSource {
  /** The next shard to work on; undefined when there is none left, or work shall stop. */
  next(): Promise<number | undefined>;
  /** Whether the shard under way shall be left after the row under way. */
  stopped(): boolean;
  onRow(row: number, state: RowState): void;
  /** A shard is done. */
  done(shard: DoneShard): Promise<void>;
  /** A shard could not be worked on. Without it, what was thrown ends the work. */
  failed?(shard: number, error: unknown): Promise<void>;
  /** What each process may use, where several share the machine. */
  readonly resources?: { readonly threads?: number; readonly memory?: number };
  /** Folder of the run, where it is another one than the command names. */
  readonly folder?: string;
}

/** What happens to a row: before it is explained, and when it is there. */
export type RowState = "begun" | "kept" | "explained" | "failed";

/** @file Shard after shard of a run, in this process. */

import { InputError } from "@calig/core/internal/errors";
import type { ShardSource } from "./shard-source.ts";
import { type ShardWork, workShard } from "./work-shard.ts";

/** Characters of a row that are explained where nobody says how many: those of a book would hold up its shard for an hour. */
export const TEXT_LIMIT = 100_000;

/** @throws {InputError} When a text is too long. */
export function checkedLength(input: object, most: number): object {
  const { text } = input as { readonly text?: unknown };
  if (typeof text !== "string" || text.length <= most) return input;
  throw new InputError(
    `Cannot explain a text of ${text.length} characters: a run explains at most ${most}; split it, or allow more with --text-limit`,
  );
}

/** Works on shards until there is none, or work shall stop. */
export async function workAll(source: ShardSource, own: Omit<ShardWork, "onRow" | "stopped">): Promise<void> {
  const work = { ...own, onRow: source.onRow, stopped: source.stopped };
  for (let shard = await source.next(); shard !== undefined; shard = await source.next()) {
    try {
      const done = await workShard(work, shard);
      if (done === undefined) return;
      await source.done(done);
    } catch (error) {
      if (source.failed === undefined) throw error;
      await source.failed(shard, error);
    }
  }
}

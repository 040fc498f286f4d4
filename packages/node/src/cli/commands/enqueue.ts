/** @file `calig enqueue`: the shards of a run that are left as jobs of a queue. */

import { resolve } from "node:path";
import { count } from "@calig/core/internal/render/format";
import { isBucket } from "../../node/storage/storage.ts";
import { defineCommand, EXIT } from "../command.ts";
import { namedRun, neededAddress } from "../queue-options.ts";

export const enqueue = defineCommand({
  name: "enqueue",
  summary: "put the shards of a run into a queue, for workers on many machines",
  description:
    "Puts the shards of a run that are not done into a queue on Redis or Valkey, from which calig worker takes them. A shard that waits already is not put there twice; one that failed for good is tried again. What is done is known from the folder of the run: a queue that lost its data is filled again by the same command. Needs the packages bullmq and ioredis.",
  argument: { name: "RUN", description: "folder of the run, as every worker reaches it" },
  options: ["redis"],
  examples: [
    {
      purpose: "Plan a run, then hand it to the workers",
      command:
        'calig explain --input "data/*.parquet" --out run/ --plan && calig enqueue run/ --redis redis://localhost:6379',
    },
  ],
  async run({ words, options, terminal }) {
    const url = neededAddress(options.redis, terminal);
    const { folder, manifest } = await namedRun(words);
    const { enqueueRun, shownAddress } = await import("../../runs/queue.ts");
    const { shards, done } = await enqueueRun(url, isBucket(folder) ? folder : resolve(folder), manifest);
    await terminal.note(
      `${count(shards, "shard")} of ${manifest.shards} in the queue at ${shownAddress(url)}, ${done} done already`,
    );
    return EXIT.done;
  },
});

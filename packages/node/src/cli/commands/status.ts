/** @file `calig status`: how far a run is. */

import { count } from "@calig/core/internal/render/format";
import { defineCommand, EXIT } from "../command.ts";
import { namedRun, queueAddress } from "../queue-options.ts";

export const status = defineCommand({
  name: "status",
  summary: "how far a run is: shards, rows and failures, and what its queue says",
  description:
    "Says how many shards and rows of a run are done and how many rows failed, from the folder alone; with --redis what waits in the queue, what is worked on, and which shards failed for good, with the reason. Writes failed.jsonl anew from the shards.",
  argument: { name: "RUN", description: "folder of the run" },
  options: ["redis", "json"],
  examples: [
    { purpose: "How far is it?", command: "calig status run/" },
    {
      purpose: "With the queue, for a script",
      command: "calig status run/ --redis redis://localhost:6379 --json | jq .failedShards",
    },
  ],
  async run({ words, options, terminal }) {
    const { folder, manifest } = await namedRun(words);
    const [{ runStatus }, queue] = await Promise.all([
      import("../../runs/run-status.ts"),
      import("../../runs/queue.ts"),
    ]);
    const url = queueAddress(options.redis, terminal);
    const queued = url === undefined ? undefined : await queue.queueState(url, manifest);
    const found = { ...(await runStatus(folder, manifest)), ...(queued === undefined ? {} : { queue: queued }) };
    if (options.json === true) {
      await terminal.print(`${JSON.stringify(found)}\n`);
      return EXIT.done;
    }
    const { shards, shardsDone, rows, rowsDone, rowsFailed } = found;
    const lines = [
      `${shardsDone} of ${count(shards, "shard")} done, ${rowsDone} of ${count(rows, "row")}`,
      ...(rowsFailed === 0
        ? []
        : [`${count(rowsFailed, "row")} could not be explained: failed.jsonl has which, and why`]),
      ...(queued === undefined
        ? []
        : [`queue: ${queued.waiting} waiting, ${queued.active} worked on, ${queued.failed.length} failed for good`]),
      ...(queued?.failed ?? []).map(({ shard, reason }) => `  shard ${shard}: ${reason}`),
    ];
    await terminal.print(`${lines.join("\n")}\n`);
    return EXIT.done;
  },
});

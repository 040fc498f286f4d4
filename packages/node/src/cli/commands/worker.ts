/** @file `calig worker`: explains shards of runs from a queue. */

import { quote, UsageError } from "@calig/core/internal/errors";
import type { Metric } from "../../server/metrics-app.ts";
import { defineCommand, EXIT } from "../command.ts";
import { cannotListen } from "../listening.ts";
import { neededAddress } from "../queue-options.ts";

const LOCK_SECONDS = 60;

export const worker = defineCommand({
  name: "worker",
  summary: "explain shards of runs from a queue, on any machine that reaches them",
  description:
    "Takes shards of runs from a queue on Redis or Valkey and explains them, each with the command that began its run; the folder of the run, its inputs and its model must be where they were there. The engine runs in processes of its own, so the queue hears from this one all the time. A shard that fails is tried three times. SIGTERM and Ctrl-C finish the rows under way and give the shards back; the rows that are done stay. Needs the packages bullmq and ioredis.",
  options: ["redis", "workers", "threads", "memory", "lock", "metricsPort", "host"],
  examples: [
    {
      purpose: "One machine with 8 cores",
      command: "calig worker --redis redis://localhost:6379 --workers 4 --threads 2",
    },
    {
      purpose: "With metrics for Prometheus",
      command: "calig worker --redis redis://localhost:6379 --metrics-port 9464",
    },
  ],
  async run({ words, options, terminal }) {
    if (words.length > 0)
      throw new UsageError(`Cannot work on ${quote(words[0])}: a worker takes shards of all runs in the queue`);
    const url = neededAddress(options.redis, terminal);
    const { workers = 1, lock = LOCK_SECONDS, host = "127.0.0.1" } = options;
    const { signal } = terminal.io;
    const [{ startShardWorker, shownAddress }, { createPool }] = await Promise.all([
      import("../../runs/queue.ts"),
      import("../worker-pool.ts"),
    ]);
    const pool = createPool({ workers, options, terminal });
    const shards = await startShardWorker({
      url,
      concurrency: workers,
      lockMs: lock * 1000,
      async work(job) {
        if (signal.aborted) return false;
        return pool.work(job);
      },
      onFailure: (job, error, last) =>
        void terminal.fail(
          `Shard ${job?.shard ?? "?"} of ${job?.folder ?? "a run"}: ${error.message}${last ? "; it is not tried again until it is enqueued again" : ""}`,
        ),
      onConnection: (message) => void terminal.warn(message),
    });
    const server =
      options.metricsPort === undefined
        ? undefined
        : await serveMetrics(host, options.metricsPort, () => pool.metrics());
    await terminal.note(
      `Taking shards from ${shownAddress(url)}${server === undefined ? "" : `, metrics at ${server.url}/metrics`}; stop with Ctrl-C`,
    );
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    pool.stop();
    await shards.close();
    await pool.close();
    await server?.stop(0);
    await terminal.note("Stopped");
    return EXIT.done;
  },
});

async function serveMetrics(host: string, port: number, read: () => readonly Metric[]) {
  const [{ createMetricsApp }, { listen }] = await Promise.all([
    import("../../server/metrics-app.ts"),
    import("../../server/listen.ts"),
  ]);
  return listen(createMetricsApp(read), { host, port }).catch((cause: unknown) => {
    throw cannotListen(cause, host, port);
  });
}

/** @file The processes in which a worker of a queue explains: one for each shard at a time, kept as long as shards are of the same run. */

import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { ExecutionError, quote, UsageError } from "@calig/core/internal/errors";
import { readManifest } from "../runs/manifest.ts";
import type { ShardJob } from "../runs/queue.ts";
import { runId } from "../runs/queue.ts";
import { type RunWorker, startWorker } from "../runs/worker-process.ts";
import type { Metric } from "../server/metrics-app.ts";
import { spokenError } from "./explain-run.ts";
import type { Terminal } from "./terminal.ts";

export interface PoolSettings {
  readonly workers: number;
  readonly options: { readonly threads?: number; readonly memory?: number };
  readonly terminal: Terminal;
}

export interface WorkerPool {
  /** Does a shard; false where it was stopped. @throws What the process that explains says. */
  work(job: ShardJob): Promise<boolean>;
  /** Lets all finish the rows under way. */
  stop(): void;
  close(): Promise<void>;
  metrics(): readonly Metric[];
}

/** A process at work on shards of one run. */
interface Place {
  readonly run: string;
  readonly process: RunWorker;
  /** Hands it a shard; resolves when it is done, or the process has ended. */
  give(shard: number): Promise<"done" | "stopped">;
  leave(): void;
}

export function createPool({ workers, options, terminal }: PoolSettings): WorkerPool {
  const idle: Place[] = [];
  const all = new Set<Place>();
  const rows = { explained: 0, failed: 0, kept: 0 };
  let [shardsDone, shardsFailed, milliseconds] = [0, 0, 0];
  let stopped = false;

  const open = async (job: ShardJob): Promise<Place> => {
    const manifest = await readManifest(job.folder);
    if (manifest === undefined || runId(manifest) !== job.run) {
      throw new UsageError(
        `Cannot work on ${quote(job.folder)}: it is another run than the one that was enqueued; enqueue it again`,
      );
    }
    let waiting: ((shard: number | undefined) => void) | undefined;
    let next: number | undefined;
    let current: { resolve(how: "done" | "stopped"): void; reject(error: Error): void } | undefined;
    const said: string[] = [];
    const there = (await stat(manifest.place).catch(() => undefined)) !== undefined;
    const process = startWorker(
      {
        argv: manifest.command,
        folder: job.folder,
        env: terminal.io.env,
        resources: {
          threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / workers)),
          ...(options.memory === undefined ? {} : { memory: Math.floor(options.memory / workers) }),
        },
      },
      {
        take: () =>
          new Promise((resolve) => {
            if (next === undefined) waiting = resolve;
            else resolve(next);
            next = undefined;
          }),
        onRow(_row, state) {
          if (state !== "begun") rows[state]++;
        },
        async done() {
          current?.resolve("done");
          current = undefined;
        },
        tell: (line) => void said.push(line),
      },
      there ? manifest.place : undefined,
    );
    const place: Place = {
      run: job.run,
      process,
      give: (shard) =>
        new Promise((resolve, reject) => {
          current = { resolve, reject };
          if (waiting === undefined) next = shard;
          else waiting(shard);
          waiting = undefined;
        }),
      leave: () => {
        waiting?.(undefined);
        process.stop();
      },
    };
    all.add(place);
    void process.ended.then(({ code, signal }) => {
      all.delete(place);
      const at = idle.indexOf(place);
      if (at >= 0) idle.splice(at, 1);
      if (code === 0) return current?.resolve("stopped");
      const why =
        spokenError(said) ?? (said.slice(-5).join("\n") || `its process ended (${signal ?? `exit code ${code}`})`);
      current?.reject(new ExecutionError(why));
    });
    return place;
  };

  const placeFor = async (job: ShardJob): Promise<Place> => {
    const at = idle.findIndex(({ run }) => run === job.run);
    if (at >= 0) return idle.splice(at, 1)[0] as Place;
    // One of another run makes room.
    idle.shift()?.leave();
    return open(job);
  };

  return {
    async work(job) {
      const place = await placeFor(job);
      if (stopped) place.leave();
      const began = performance.now();
      try {
        const how = await place.give(job.shard);
        if (how === "done") {
          shardsDone++;
          if (all.has(place)) idle.push(place);
        }
        return how === "done";
      } catch (error) {
        shardsFailed++;
        throw error;
      } finally {
        milliseconds += performance.now() - began;
      }
    },
    stop() {
      stopped = true;
      for (const place of all) place.leave();
    },
    async close() {
      for (const place of all) place.leave();
      await Promise.all([...all].map(({ process }) => process.ended));
    },
    metrics: () => [
      {
        name: "calig_rows_total",
        help: "Rows of shards, by what became of them.",
        type: "counter",
        values: Object.entries(rows).map(([state, value]) => ({ labels: { state }, value })),
      },
      {
        name: "calig_shards_total",
        help: "Shards that were done, and tries that failed.",
        type: "counter",
        values: [
          { labels: { state: "done" }, value: shardsDone },
          { labels: { state: "failed" }, value: shardsFailed },
        ],
      },
      {
        name: "calig_shard_seconds_total",
        help: "Seconds spent on shards.",
        type: "counter",
        values: [{ value: milliseconds / 1000 }],
      },
      { name: "calig_processes", help: "Processes that explain.", type: "gauge", values: [{ value: all.size }] },
    ],
  };
}

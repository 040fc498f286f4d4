/** @file The processes in which a worker of a queue explains: one for each shard at a time, kept as long as shards are of the same run. */

import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { ExecutionError, quote, UsageError } from "@calig/core/internal/errors";
import { readManifest, runId } from "../runs/manifest.ts";
import type { ShardJob } from "../runs/queue.ts";
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

type How = "done" | "stopped" | "ended at a row";

/** Times that a shard is begun again here because its process ended at a row: often enough to find which row ends processes. */
const MOST_ENDS = 10;

/** A process at work on shards of one run. */
interface Place {
  readonly run: string;
  readonly process: RunWorker;
  /** Hands it a shard; resolves when it is done, or the process has ended: at a row, by a fault that it could not speak of. */
  give(shard: number): Promise<How>;
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
    if (manifest === undefined) {
      throw new UsageError(
        `Cannot reach the run ${quote(job.folder)} from this machine: mount it at the same place, or write runs to s3://`,
      );
    }
    if (runId(manifest) !== job.run) {
      throw new UsageError(
        `Cannot work on ${quote(job.folder)}: it is another run than the one that was enqueued; enqueue it again`,
      );
    }
    let waiting: ((shard: number | undefined) => void) | undefined;
    let next: number | undefined;
    let current: { resolve(how: How): void; reject(error: Error): void } | undefined;
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
    void process.ended.then(({ code, signal, row }) => {
      all.delete(place);
      const at = idle.indexOf(place);
      if (at >= 0) idle.splice(at, 1);
      if (code === 0) return current?.resolve("stopped");
      const spoken = spokenError(said);
      if (spoken === undefined && row !== undefined) return current?.resolve("ended at a row");
      const why = spoken ?? (said.slice(-5).join("\n") || `its process ended (${signal ?? `exit code ${code}`})`);
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
      const began = performance.now();
      try {
        for (let ends = 0; ; ends++) {
          const place = await placeFor(job);
          if (stopped) place.leave();
          const how = await place.give(job.shard);
          if (how === "ended at a row" && ends < MOST_ENDS) continue;
          if (how === "ended at a row") throw new ExecutionError("its process ended again and again");
          if (how === "done") {
            shardsDone++;
            if (all.has(place)) idle.push(place);
          }
          return how === "done";
        }
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

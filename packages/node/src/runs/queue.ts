/** @file Shards of runs as jobs of a queue on Redis or Valkey, for workers on many machines. The only file that knows the libraries, which are optional. */

import { quote, UsageError } from "@calig/core/internal/errors";
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { findPackageFile } from "../util/own-place.ts";
import { type RunManifest, runId } from "./manifest.ts";
import { doneShards } from "./shards.ts";

/** The queue of all runs: workers take shards of any of them. */
export const QUEUE = "calig";
/** Times that a shard is tried before it stays among the failed ones, the dead letters of the queue. */
const TRIES = 3;
const BACKOFF_MS = 2000;
/** How long a server is waited for that does not answer. */
const PATIENCE_MS = 10_000;

/** What a job says. */
export interface ShardJob {
  /** The folder of the run, as every machine reaches it. */
  readonly folder: string;
  readonly run: string;
  readonly shard: number;
}

/** Enqueuing it twice is one job. */
const jobId = (manifest: RunManifest, shard: number): string => `${runId(manifest)}-${shard}`;

/** @throws {UsageError} When the libraries are not installed. */
async function libraries() {
  const missing = ["bullmq", "ioredis"].filter((name) => findPackageFile(`${name}/package.json`) === undefined);
  if (missing.length > 0) {
    throw new UsageError(
      `Cannot use a queue: ${missing.map(quote).join(" and ")} must be installed: npm install bullmq ioredis`,
    );
  }
  const [bullmq, { Redis: Client }] = await Promise.all([import("bullmq"), import("ioredis")]);
  return { ...bullmq, Client };
}

/** The address without what nobody else should read. */
export const shownAddress = (url: string): string => url.replace(/\/\/[^@/]*@/, "//");

/** A connection that answers. @throws {UsageError} When the address is none, or nobody answers there. */
async function connect(Client: typeof Redis, url: string, lasting: boolean): Promise<Redis> {
  if (!/^(rediss?|unix):\/\//.test(url)) {
    throw new UsageError(
      `Cannot use ${quote(shownAddress(url))} as a queue: give an address such as redis://localhost:6379`,
    );
  }
  const client = new Client(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    ...(lasting ? {} : { retryStrategy: () => null }),
  });
  let reason = "nobody answers there";
  client.on("error", (error: Error) => {
    reason = error.message;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (cause) {
    client.disconnect();
    throw new UsageError(
      `Cannot connect to ${quote(shownAddress(url))}: ${reason}; start a server of Redis or Valkey there, or give another address`,
      { cause },
    );
  }
  return client;
}

async function openQueue(url: string): Promise<{ readonly queue: Queue<ShardJob>; close(): Promise<void> }> {
  const { Queue: Jobs, Client } = await libraries();
  const connection = await connect(Client, url, false);
  const queue = new Jobs<ShardJob>(QUEUE, { connection });
  queue.on("error", () => {});
  return {
    queue,
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}

/** Jobs that are added in one request. */
const AT_ONCE = 500;

/** Enqueues the shards that are not done. Those that failed for good are tried again. Returns how many wait or are worked on. */
export async function enqueueRun(
  url: string,
  folder: string,
  manifest: RunManifest,
): Promise<{ readonly shards: number; readonly done: number }> {
  const done = new Set((await doneShards(folder, manifest)).map(({ shard }) => shard));
  const left = Array.from({ length: manifest.shards }, (_, shard) => shard).filter((shard) => !done.has(shard));
  const { queue, close } = await openQueue(url);
  try {
    for (let first = 0; first < left.length; first += AT_ONCE) {
      await queue.addBulk(
        left.slice(first, first + AT_ONCE).map((shard) => ({
          name: "shard",
          data: { folder, run: runId(manifest), shard },
          opts: {
            jobId: jobId(manifest, shard),
            attempts: TRIES,
            backoff: { type: "exponential", delay: BACKOFF_MS },
            // What is done is on the disk: a job that is gone can be enqueued again.
            removeOnComplete: true,
          },
        })),
      );
    }
    for (const job of await queue.getFailed()) {
      if (job.data.run === runId(manifest) && !done.has(job.data.shard)) await job.retry("failed");
    }
  } finally {
    await close();
  }
  return { shards: left.length, done: done.size };
}

/** What a queue says of a run. */
export interface QueueState {
  readonly waiting: number;
  readonly active: number;
  /** Shards that were tried so often that nobody tries them again, and why. */
  readonly failed: readonly { readonly shard: number; readonly reason: string }[];
}

export async function queueState(url: string, manifest: RunManifest): Promise<QueueState> {
  const { queue, close } = await openQueue(url);
  try {
    const own = (jobs: readonly Job<ShardJob>[]) => jobs.filter((job) => job?.data.run === runId(manifest));
    const [waiting, active, failed] = await Promise.all([
      queue.getJobs(["waiting", "delayed", "prioritized"]),
      queue.getActive(),
      queue.getFailed(),
    ]);
    return {
      waiting: own(waiting).length,
      active: own(active).length,
      failed: own(failed).map(({ data, failedReason }) => ({ shard: data.shard, reason: failedReason ?? "" })),
    };
  } finally {
    await close();
  }
}

/** What a worker takes shards with. */
export interface ShardWorker {
  /** Takes no more; resolves when what is under way has been done or given back. */
  close(): Promise<void>;
}

export interface WorkerSettings {
  readonly url: string;
  readonly concurrency: number;
  /** How long the shard of a worker that died stays its own. */
  readonly lockMs: number;
  /** Does a shard; false where it was stopped, and another worker shall have it. */
  readonly work: (job: ShardJob) => Promise<boolean>;
  readonly onFailure: (job: ShardJob | undefined, error: Error, last: boolean) => void;
  readonly onConnection: (message: string) => void;
}

/** Takes shards of all runs until it is closed. This thread must stay free: a lock that is not renewed is lost. */
export async function startShardWorker({
  url,
  concurrency,
  lockMs,
  work,
  onFailure,
  onConnection,
}: WorkerSettings): Promise<ShardWorker> {
  const { Worker, DelayedError, Client } = await libraries();
  const connection = await connect(Client, url, true);
  const worker = new Worker<ShardJob>(
    QUEUE,
    async (job, token) => {
      if (await work(job.data)) return;
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    },
    {
      connection,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: Math.max(1000, Math.floor(lockMs / 2)),
      // A shard whose worker died is begun again: rows that end workers are found by themselves.
      maxStalledCount: 100,
    },
  );
  worker.on("failed", (job, error) => onFailure(job?.data, error, job === undefined || job.attemptsMade >= TRIES));
  let silent = false;
  worker.on("error", (error) => {
    if (silent) return;
    silent = true;
    onConnection(`${error.message}; going on as soon as ${shownAddress(url)} answers`);
  });
  worker.on("ready", () => {
    silent = false;
  });
  return {
    async close() {
      await worker.close();
      connection.disconnect();
    },
  };
}

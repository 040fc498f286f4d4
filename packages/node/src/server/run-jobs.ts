/** @file Runs over data sets that clients send: each in a folder of its own, worked on one after the other, and gone on with when the server starts again. */

import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "@calig/core/internal/errors";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { storageOf } from "../node/storage/open-storage.ts";
import { lockRun } from "../runs/lock.ts";
import { readManifest } from "../runs/manifest.ts";
import { shardPath } from "../runs/shards.ts";
import { type ErrorBody, errorBody, HttpError, toHttpError } from "./http-error.ts";
import type { ServerLimits } from "./limits.ts";
import { linkSignals } from "./linked-signal.ts";
import type { ModelHost } from "./model-host.ts";
import type { RunCounts, RunWork } from "./run-work.ts";
import { createWorkQueue, type Place } from "./work-queue.ts";

/** A run as clients see it. */
export interface RunJob {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly status: "queued" | "running" | "done" | "failed" | "cancelled";
  /** Rows and shards; none before its data set was read. */
  readonly progress?: RunCounts;
  /** Addresses of the shards that are done, Parquet files, in order. */
  readonly files: readonly string[];
  readonly error?: ErrorBody["error"];
}

/** What a client asks for. */
export interface RunRequest extends Pick<RunWork, "name" | "reading" | "options" | "full"> {
  /** Name of the model. */
  readonly model: string;
}

export interface RunJobs {
  /** @throws {HttpError} 429 when too many wait. */
  check(): void;
  /** Keeps the data set and starts when its turn comes. @param ending - Of its kind of file: ".jsonl". */
  start(request: RunRequest, data: Uint8Array, ending: string): Promise<RunJob>;
  get(id: string): Promise<RunJob | undefined>;
  /** The file of a shard that is done. */
  shard(id: string, shard: number): Promise<string | undefined>;
  /** Stops a run that has not ended; forgets one that has. Returns it as it was left. */
  cancel(id: string): Promise<RunJob | undefined>;
  /** Resolves when nothing is worked on. */
  settled(): Promise<void>;
}

/** What is kept of a run beside its data set and its shards. */
interface Kept extends RunRequest {
  readonly ending: string;
  readonly ended?: "done" | "failed" | "cancelled";
  readonly error?: ErrorBody["error"];
}

interface Entry {
  kept: Kept;
  status: RunJob["status"];
  progress?: RunCounts;
  error?: ErrorBody["error"];
  cancel?: () => void;
}

const JOB = "job.json";
/** Times that the process of the model may end without a row more, after which a run has failed. */
const MOST_VAIN = 5;

const cancelled = (): HttpError => new HttpError(503, "cancelled", "The run was cancelled");

/** What is asked of the server for its runs. */
export interface RunJobsSettings {
  /** Where runs are kept. */
  readonly folder: string;
  readonly models: readonly { readonly name: string; readonly host: ModelHost }[];
  readonly limits: ServerLimits;
  readonly stopped: AbortSignal;
  readonly onError: (error: unknown) => void;
}

export function createRunJobs({ folder, models, limits, stopped, onError }: RunJobsSettings): RunJobs {
  const queue = createWorkQueue({ concurrency: 1, queue: limits.runQueue, what: "runs" });
  const entries = new Map<string, Entry>();
  const open = new Set<Promise<void>>();
  const placeOf = (id: string) => join(folder, id);
  const runOf = (id: string) => join(placeOf(id), "run");
  let unlock = async () => {};

  const keep = async (id: string, kept: Kept): Promise<void> => {
    const path = join(placeOf(id), JOB);
    await (await storageOf(path)).write(path, (file) => file.writeFile(JSON.stringify(kept)));
  };

  const jobOf = async (id: string, entry: Entry): Promise<RunJob> => {
    const { kept, status, progress, error } = entry;
    return {
      id,
      name: kept.name,
      model: kept.model,
      status,
      ...(progress === undefined ? {} : { progress }),
      files: await filesOf(id),
      ...(error === undefined ? {} : { error }),
    };
  };

  const filesOf = async (id: string): Promise<readonly string[]> => {
    const names = await readdir(join(runOf(id), "shards")).catch(() => []);
    return names
      .flatMap((name) => /^part-(\d+)-of-\d+\.parquet$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
      .map((shard) => `/api/runs/${id}/shards/${shard}`);
  };

  /** Explains what is left, however often the process of the model ends at a row. */
  const workOn = async (id: string, entry: Entry, signal: AbortSignal): Promise<RunCounts> => {
    const { model: name, ending, name: called, reading, options, full } = entry.kept;
    const found = models.find((served) => served.name === name);
    if (found === undefined) {
      throw new HttpError(404, "unknown-model", `There is no model ${quote(name)} any more; start the server with it`);
    }
    const file = join(placeOf(id), `in${ending}`);
    let [vain, before] = [0, -1];
    for (;;) {
      try {
        const work = { folder: runOf(id), file, name: called, reading, options, full };
        const bytes = await found.host.run(work, limits, {
          signal,
          onProgress(_done, counts) {
            entry.progress = parseJson(counts) as RunCounts;
          },
        });
        return parseJson(Buffer.from(bytes).toString("utf8")) as RunCounts;
      } catch (error) {
        signal.throwIfAborted();
        const refusal = toHttpError(error);
        if (refusal.reason !== "engine-ended" || vain >= MOST_VAIN) throw error;
        vain = entry.progress?.done === before ? vain + 1 : 0;
        before = entry.progress?.done ?? -1;
      }
    }
  };

  const begin = (id: string, entry: Entry, place: Place): void => {
    const link = linkSignals([{ signal: stopped }]);
    entry.cancel = () => link.abort(cancelled());
    const end = async (ended: NonNullable<Kept["ended"]>, error?: ErrorBody["error"]) => {
      entry.kept = { ...entry.kept, ended, ...(error === undefined ? {} : { error }) };
      await keep(id, entry.kept);
      entry.status = ended;
      if (error !== undefined) entry.error = error;
    };
    /** Not kept: it is tried again when the server starts anew, with room on the disk or the model that was missing. */
    const fail = (error: ErrorBody["error"]) => {
      entry.status = "failed";
      entry.error = error;
    };
    const work = async () => {
      try {
        await place.turn(link.signal);
        entry.status = "running";
        const counts = await workOn(id, entry, link.signal);
        entry.progress = counts;
        // Behind the row under way: the server stops, and the run goes on when it starts again.
        link.signal.throwIfAborted();
        await end("done");
      } catch (error) {
        if (stopped.aborted) return;
        const refusal = toHttpError(error);
        const said = errorBody(refusal).error;
        if (refusal.status === 500) onError(error);
        if (refusal.reason === "cancelled") await end("cancelled", said).catch(onError);
        else if (refusal.status === 422) await end("failed", said).catch(onError);
        else fail(said);
      } finally {
        place.leave();
        link.release();
        delete entry.cancel;
        await forgetOldest().catch(onError);
      }
    };
    const running = work();
    open.add(running);
    void running.finally(() => open.delete(running));
  };

  const forget = async (id: string): Promise<void> => {
    entries.delete(id);
    await rm(placeOf(id), { recursive: true, force: true });
  };
  const forgetOldest = async (): Promise<void> => {
    const ended = [...entries].filter(([, { kept }]) => kept.ended !== undefined);
    for (const [id] of ended.slice(0, Math.max(0, ended.length - limits.runsKept))) await forget(id);
  };

  /** The runs that earlier servers left behind; what has not ended goes on. */
  const resume = async (): Promise<void> => {
    await mkdir(folder, { recursive: true });
    unlock = await lockRun(folder);
    for (const id of (await readdir(folder)).sort()) {
      const content = await readFile(join(placeOf(id), JOB), "utf8").catch(() => undefined);
      if (content === undefined) continue;
      const kept = parseJson(content) as Kept;
      const { ended, error } = kept;
      const entry: Entry = { kept, status: ended ?? "queued", ...(error === undefined ? {} : { error }) };
      const manifest = await readManifest(runOf(id));
      if (manifest !== undefined) {
        const { runStatus } = await import("../runs/run-status.ts");
        const { rows, rowsDone: done, rowsFailed: failed, shards, shardsDone } = await runStatus(runOf(id), manifest);
        entry.progress = { rows, done, failed, shards, shardsDone };
      }
      entries.set(id, entry);
      if (ended === undefined) begin(id, entry, queue.enter());
    }
  };
  const ready = resume();
  // Whoever asks hears of it.
  ready.catch(onError);

  return {
    check: () => queue.check(),
    async start(request, data, ending) {
      await ready;
      const place = queue.enter();
      try {
        const id = `${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}-${randomUUID()}`;
        await mkdir(runOf(id), { recursive: true });
        const path = join(placeOf(id), `in${ending}`);
        await (await storageOf(path)).write(path, (file) => file.writeFile(data));
        const entry: Entry = { kept: { ...request, ending }, status: "queued" };
        await keep(id, entry.kept);
        entries.set(id, entry);
        begin(id, entry, place);
        return await jobOf(id, entry);
      } catch (error) {
        place.leave();
        throw error;
      }
    },
    async get(id) {
      await ready;
      const entry = entries.get(id);
      return entry && jobOf(id, entry);
    },
    async shard(id, shard) {
      await ready;
      if (!entries.has(id)) return undefined;
      const manifest = await readManifest(runOf(id));
      if (manifest === undefined || !(await filesOf(id)).includes(`/api/runs/${id}/shards/${shard}`)) return undefined;
      return shardPath(runOf(id), manifest, shard);
    },
    async cancel(id) {
      await ready;
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      if (entry.cancel !== undefined) {
        // What is under way ends at the next row; the client need not wait for it.
        entry.status = "cancelled";
        entry.error = errorBody(cancelled()).error;
        entry.cancel();
        return jobOf(id, entry);
      }
      const left = await jobOf(id, entry);
      await forget(id);
      return { ...left, files: [] };
    },
    async settled() {
      await ready.catch(() => {});
      await Promise.all(open);
      await unlock();
    },
  };
}

/** @file Evaluations that outlive their request: one is measured at a time, a few wait, the ended ones are kept for a while. */

import { randomUUID } from "node:crypto";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { type ErrorBody, errorBody, HttpError, toHttpError } from "./http-error.ts";
import type { ServerLimits } from "./limits.ts";
import { linkSignals } from "./linked-signal.ts";
import { createWorkQueue, type Place } from "./work-queue.ts";

/** A job as clients see it. */
export interface EvaluationJob {
  readonly id: string;
  readonly status: "queued" | "running" | "done" | "failed" | "cancelled";
  readonly progress: { readonly done: number; readonly activity: string };
  readonly result?: Evaluation;
  readonly error?: ErrorBody["error"];
}

/** Measures, and answers with the Evaluation as JSON. */
type Measure = (signal: AbortSignal, onProgress: (done: number, activity: string) => void) => Promise<Uint8Array>;

/** A job and, when it is done, its result as JSON. */
export interface JobAndResult {
  readonly job: Omit<EvaluationJob, "result">;
  readonly result?: Uint8Array;
}

export interface EvaluationJobs {
  /** @throws {HttpError} 429 when too many wait. */
  enter(): Place;
  /** The same refusal, without taking a place. */
  check(): void;
  /** Starts when the place has its turn; gives the place back at the end. */
  start(place: Place, measure: Measure): JobAndResult["job"];
  get(id: string): JobAndResult | undefined;
  /** Stops a job that has not ended; forgets one that has. Returns it as it was left. */
  cancel(id: string): JobAndResult | undefined;
  /** Resolves when no job is being measured. */
  settled(): Promise<void>;
}

interface Entry {
  job: JobAndResult["job"];
  result?: Uint8Array;
  readonly cancel: () => void;
}

const cancelled = (): HttpError => new HttpError(503, "cancelled", "The evaluation was cancelled");

const hasEnded = ({ status }: JobAndResult["job"]): boolean => status !== "queued" && status !== "running";

const seen = (entry: Entry | undefined): JobAndResult | undefined =>
  entry === undefined ? undefined : { job: entry.job, ...(entry.result === undefined ? {} : { result: entry.result }) };

export function createEvaluationJobs(
  { evaluationQueue, evaluationTimeoutMs, evaluationsKept }: ServerLimits,
  stopped: AbortSignal,
  onError: (error: unknown) => void,
): EvaluationJobs {
  const queue = createWorkQueue({ concurrency: 1, queue: evaluationQueue, what: "evaluations" });
  const entries = new Map<string, Entry>();
  const open = new Set<Promise<void>>();

  const forgetOldest = () => {
    const ended = [...entries.values()].filter(({ job }) => hasEnded(job));
    for (const { job } of ended.slice(0, Math.max(0, ended.length - evaluationsKept))) entries.delete(job.id);
  };

  return {
    enter: () => queue.enter(),
    check: () => queue.check(),
    start(place, measure) {
      const id = randomUUID();
      const link = linkSignals([{ signal: stopped }]);
      const entry: Entry = {
        job: { id, status: "queued", progress: { done: 0, activity: "waiting" } },
        cancel: () => link.abort(cancelled()),
      };
      entries.set(id, entry);
      const update = (fields: Partial<JobAndResult["job"]>) => {
        // A cancelled job may still end its last step; what comes of that is not wanted.
        if (!hasEnded(entry.job)) entry.job = { ...entry.job, ...fields };
      };
      const work = async () => {
        try {
          await place.turn(link.signal);
          link.limit(evaluationTimeoutMs, () => {
            return new HttpError(504, "timeout", `The evaluation took longer than ${evaluationTimeoutMs / 1000} s`);
          });
          update({ status: "running" });
          const result = await measure(link.signal, (done, activity) => update({ progress: { done, activity } }));
          if (!hasEnded(entry.job)) entry.result = result;
          update({ status: "done", progress: { done: 1, activity: "done" } });
        } catch (error) {
          const refusal = toHttpError(error);
          if (refusal.status === 500) onError(error);
          update({ status: refusal.reason === "cancelled" ? "cancelled" : "failed", ...errorBody(refusal) });
        } finally {
          place.leave();
          link.release();
          forgetOldest();
        }
      };
      const running = work();
      open.add(running);
      void running.finally(() => open.delete(running));
      return entry.job;
    },
    get: (id) => seen(entries.get(id)),
    cancel(id) {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      if (hasEnded(entry.job)) entries.delete(id);
      else {
        entry.cancel();
        // What is being computed ends at the next step of the engine; the client need not wait for it.
        entry.job = { ...entry.job, status: "cancelled", ...errorBody(cancelled()) };
      }
      return seen(entry);
    },
    settled: async () => {
      await Promise.all(open);
    },
  };
}

/** @file A bounded queue: so many work at once, so many wait, all others are told to come back. */

import { HttpError } from "./http-error.ts";

/** A place in the queue. Whoever has one must `leave`, whatever happens. */
export interface Place {
  /** Places that were taken when this one was: they come first. */
  readonly ahead: number;
  /** Resolves when it is this place's turn. @throws The reason of the signal, when it is aborted before. */
  turn(signal: AbortSignal): Promise<void>;
  /** Gives the place back; does nothing the second time. */
  leave(): void;
}

export interface WorkQueue {
  /** @throws {HttpError} 429 with the seconds to wait, when all places are taken. */
  enter(): Place;
  /** The same refusal while all places are taken, without taking one. */
  check(): void;
  /** Places that work, and places that are taken besides. */
  readonly working: number;
  readonly waiting: number;
}

export interface WorkQueueOptions {
  readonly concurrency: number;
  /** Places besides those that work. */
  readonly queue: number;
  /** What is queued, in the plural: "explanations". */
  readonly what: string;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/** Weight of the newest duration in the mean that Retry-After is made from. */
const NEWEST_SHARE = 0.2;
const FIRST_GUESS_MS = 1000;
const LONGEST_RETRY_S = 60;

export function createWorkQueue({
  concurrency,
  queue,
  what,
  now = () => performance.now(),
}: WorkQueueOptions): WorkQueue {
  let taken = 0;
  let working = 0;
  let meanMs = FIRST_GUESS_MS;
  const waiters: (() => void)[] = [];
  const next = () => {
    while (working < concurrency && waiters.length > 0) waiters.shift()?.();
  };
  const check = () => {
    if (taken < concurrency + queue) return;
    const seconds = Math.ceil((meanMs * taken) / concurrency / 1000);
    throw new HttpError(
      429,
      "queue-full",
      `Too many ${what} are waiting: at most ${queue} may; try again later`,
      Math.min(LONGEST_RETRY_S, Math.max(1, seconds)),
    );
  };
  return {
    check,
    get working() {
      return working;
    },
    get waiting() {
      return taken - working;
    },
    enter() {
      check();
      const ahead = taken;
      taken++;
      let state: "waiting" | "working" | "left" = "waiting";
      let began = 0;
      return {
        ahead,
        turn: (signal) =>
          new Promise<void>((resolve, reject) => {
            const start = () => {
              signal.removeEventListener("abort", giveUp);
              working++;
              state = "working";
              began = now();
              resolve();
            };
            const giveUp = () => {
              const place = waiters.indexOf(start);
              if (place >= 0) waiters.splice(place, 1);
              reject(signal.reason);
            };
            if (signal.aborted) return giveUp();
            signal.addEventListener("abort", giveUp, { once: true });
            waiters.push(start);
            next();
          }),
        leave() {
          if (state === "left") return;
          taken--;
          if (state === "working") {
            working--;
            meanMs += NEWEST_SHARE * (now() - began - meanMs);
          }
          state = "left";
          next();
        },
      };
    },
  };
}

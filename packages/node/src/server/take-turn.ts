/** @file Work that waits for its turn in a queue, each of the two within a time limit. */

import { HttpError } from "./http-error.ts";
import type { LinkedSignal } from "./linked-signal.ts";
import type { Place } from "./work-queue.ts";

export interface Turn {
  readonly place: Place;
  readonly link: LinkedSignal;
  /** Longest to wait, and then to work, milliseconds. */
  readonly timeoutMs: number;
  /** What the work is called where it takes too long: "The explanation". */
  readonly what: string;
}

/**
 * Waits for the turn, works, and gives the place back before the result is sent: whoever reads it slowly holds none.
 *
 * @throws {HttpError} 503 when no turn comes in time, 504 when the work takes too long; the reason of the signal.
 */
export async function takeTurn<T>({ place, link, timeoutMs, what }: Turn, work: () => Promise<T>): Promise<T> {
  const seconds = Math.round(timeoutMs / 1000);
  const noTurn = () => new HttpError(503, "busy", `No turn came within ${seconds} s; try again later`, seconds);
  try {
    link.limit(timeoutMs, noTurn);
    await place.turn(link.signal);
    link.limit(timeoutMs, () => new HttpError(504, "timeout", `${what} took longer than ${seconds} s`));
    link.signal.throwIfAborted();
    return await work();
  } finally {
    place.leave();
    link.release();
  }
}

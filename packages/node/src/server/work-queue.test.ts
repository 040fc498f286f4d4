/** @file The bounded queue: order, limits, and places that are given back. */

import { describe, expect, it } from "vitest";
import { HttpError } from "./http-error.ts";
import { createWorkQueue } from "./work-queue.ts";

const never = new AbortController().signal;

describe("createWorkQueue()", () => {
  it("lets so many work, so many wait in their order, and refuses the others", async () => {
    const queue = createWorkQueue({ concurrency: 2, queue: 2, what: "jobs" });
    const places = [0, 1, 2, 3].map(() => queue.enter());
    expect(places.map(({ ahead }) => ahead)).toEqual([0, 1, 2, 3]);
    expect(() => queue.enter()).toThrow("Too many jobs are waiting: at most 2 may");
    const turns: number[] = [];
    const waits = places.map((place, i) => place.turn(never).then(() => turns.push(i)));
    await Promise.all(waits.slice(0, 2));
    expect([turns, queue.working, queue.waiting]).toEqual([[0, 1], 2, 2]);
    places[1]?.leave();
    await waits[2];
    expect([turns, queue.working, queue.waiting]).toEqual([[0, 1, 2], 2, 1]);
    for (const place of places) place.leave();
    await waits[3];
    places[3]?.leave();
    expect([queue.working, queue.waiting]).toEqual([0, 0]);
  });

  it("counts a place once, however often it is given back", () => {
    const queue = createWorkQueue({ concurrency: 1, queue: 0, what: "jobs" });
    const place = queue.enter();
    place.leave();
    place.leave();
    queue.enter();
    expect(() => queue.enter()).toThrow(HttpError);
  });

  it("gives up the wait of a signal that is aborted, before or meanwhile", async () => {
    const queue = createWorkQueue({ concurrency: 1, queue: 3, what: "jobs" });
    const first = queue.enter();
    await first.turn(never);
    const stop = new AbortController();
    const second = queue.enter();
    const third = queue.enter();
    const waits = [second.turn(stop.signal), third.turn(never)];
    stop.abort("enough");
    await expect(waits[0]).rejects.toBe("enough");
    await expect(queue.enter().turn(stop.signal)).rejects.toBe("enough");
    second.leave();
    first.leave();
    await waits[1];
    expect(queue.working).toBe(1);
  });

  it("tells when to come back: what the taken places will take, from 1 s to a minute", async () => {
    let now = 0;
    const queue = createWorkQueue({ concurrency: 2, queue: 4, what: "jobs", now: () => now });
    const retryAfter = () => {
      try {
        queue.enter();
      } catch (error) {
        return (error as HttpError).retryAfter;
      }
      return undefined;
    };
    const run = async (milliseconds: number) => {
      const place = queue.enter();
      await place.turn(never);
      now += milliseconds;
      place.leave();
    };
    for (let i = 0; i < 60; i++) await run(2500);
    const places = Array.from({ length: 6 }, () => queue.enter());
    // Six places of 2.5 s, two at once.
    expect(retryAfter()).toBe(8);
    for (const place of places) place.leave();
    for (let i = 0; i < 60; i++) await run(1);
    for (let i = 0; i < 6; i++) queue.enter();
    expect(retryAfter()).toBe(1);
  });
});

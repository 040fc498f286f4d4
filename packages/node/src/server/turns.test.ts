import { describe, expect, it } from "vitest";
import { createTurns } from "./turns.ts";

/** Counts turns of the loop of events until it is told to stop. */
function countTurns() {
  let turn = 0;
  let counting = true;
  const next = () => {
    turn++;
    if (counting) setImmediate(next);
  };
  setImmediate(next);
  return {
    now: () => turn,
    stop: () => {
      counting = false;
    },
  };
}

describe("createTurns()", () => {
  it("does work in order, a few milliseconds of it in each turn of the loop", async () => {
    let clock = 0;
    const turns = createTurns(() => clock);
    const loop = countTurns();
    const begun: (readonly [piece: number, turn: number])[] = [];
    await Promise.all(
      Array.from({ length: 9 }, (_, piece) =>
        turns.run(() => {
          begun.push([piece, loop.now()]);
          clock += 2;
        }),
      ),
    );
    loop.stop();
    expect(begun.map(([piece]) => piece)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const [first = 0] = begun.map(([, turn]) => turn);
    // Of 2 ms each, three begin before 5 ms are over.
    expect(begun.map(([, turn]) => turn - first)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it("gives what the work gives, and goes on behind what it throws", async () => {
    const turns = createTurns();
    const failed = turns.run(() => {
      throw new Error("no");
    });
    const done = turns.run(() => "yes");
    await expect(failed).rejects.toThrow("no");
    expect(await done).toBe("yes");
    expect(await turns.run(() => "later")).toBe("later");
  });
});

/** @file Values are computed once, in batches, counted, and not after the work was stopped. */

import { describe, expect, it } from "vitest";
import { complement, createGame, endsOf, everything, excluding, including, nothing } from "./game.ts";
import { leaveOneOut } from "./leave-one-out.ts";

/** A game whose values are the sums of these numbers over the features that are there; batches in the order of their coming. */
function sumGame(numbers: readonly number[], options: Parameters<typeof createGame>[2] = {}) {
  const batches: number[] = [];
  const game = createGame(
    numbers.length,
    (subsets) => {
      batches.push(subsets.length);
      return subsets.map((subset) => numbers.reduce((sum, number, i) => sum + number * (subset[i] as number), 0));
    },
    options,
  );
  return { game, batches };
}

describe("createGame()", () => {
  it("evaluates every subset once, in batches, and counts", async () => {
    const seen: number[] = [];
    const { game, batches } = sumGame([1, 2, 4], { batchSize: 2, onEvaluated: (done) => seen.push(done) });
    const all = everything(3);
    const asked = [all, excluding(all, 0), all, including(nothing(3), 1), nothing(3), complement(excluding(all, 2))];
    expect(await game.values(asked)).toEqual([7, 6, 7, 2, 0, 4]);
    expect(batches).toEqual([2, 2, 1]);
    expect(seen).toEqual([2, 4, 5]);
    expect(await game.values(asked)).toEqual([7, 6, 7, 2, 0, 4]);
    expect(game.evaluations()).toBe(5);
  });

  it("does not evaluate what is known", async () => {
    const { game, batches } = sumGame([1, 2], { known: [[everything(2), 10]] });
    expect(await endsOf(game)).toEqual({ whole: 10, none: 0 });
    expect(batches).toEqual([1]);
    expect(game.evaluations()).toBe(1);
  });

  it("stops between batches", async () => {
    const stop = new AbortController();
    const { game } = sumGame([1, 2, 4], {
      batchSize: 1,
      signal: stop.signal,
      onEvaluated: (done) => done === 2 && stop.abort(new Error("enough")),
    });
    const all = everything(3);
    await expect(game.values([all, excluding(all, 0), excluding(all, 1)])).rejects.toThrow("enough");
    expect(game.evaluations()).toBe(2);
  });
});

describe("leaveOneOut()", () => {
  it("is what is lost without a feature, at one evaluation each", async () => {
    const { game } = sumGame([1, -2, 4], { known: [[everything(3), 3]] });
    expect(await leaveOneOut(game)).toEqual([1, -2, 4]);
    expect(game.evaluations()).toBe(3);
  });
});

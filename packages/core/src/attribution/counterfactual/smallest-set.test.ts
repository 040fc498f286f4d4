import { describe, expect, test } from "vitest";
import { createRandom } from "../../util/random.ts";
import { type AskRemovals, flippingStart, growingSizes, prunedSet } from "./smallest-set.ts";

/** Removals as a rule decides of them, and what was asked. */
function asking(flips: (set: readonly number[]) => boolean, limit = Number.POSITIVE_INFINITY) {
  let asked = 0;
  const ask: AskRemovals = async (sets) => {
    if (asked + sets.length > limit) return undefined;
    asked += sets.length;
    return sets.map((set) => ({ flips: flips(set), margin: set.length }));
  };
  return { ask, asked: () => asked };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("growingSizes()", () => {
  test("has every size up to 6, then ever larger steps, and always all", () => {
    expect(growingSizes(0)).toEqual([]);
    expect(growingSizes(3)).toEqual([1, 2, 3]);
    expect(growingSizes(20)).toEqual([1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 20]);
    expect(growingSizes(1000).length).toBeLessThan(35);
  });
});

describe("flippingStart()", () => {
  test("is the first beginning that flips, or none", async () => {
    const order = [4, 2, 0, 1, 3];
    const { ask } = asking((set) => set.includes(0));
    expect(await flippingStart(order, ask)).toEqual({ size: 3, asked: 3 });
    expect(await flippingStart(order, asking(() => false).ask)).toEqual({ size: undefined, asked: 5 });
    expect(await flippingStart([], ask)).toEqual({ size: undefined, asked: 0 });
  });

  test("says how far it was asked where there was not enough left", async () => {
    const { ask } = asking(() => false, 4);
    expect(await flippingStart(upTo(20), ask)).toEqual({ size: undefined, asked: 4 });
  });
});

describe("prunedSet()", () => {
  test("is minimal under single additions, of rules with and without order in them", async () => {
    const random = createRandom("pruned sets");
    for (let round = 0; round < 300; round++) {
      const count = 1 + random.below(30);
      const weights = upTo(count).map(() => random.next() - (round % 3 === 0 ? 0.3 : 0));
      // Pairs that only count together make the rule non-monotone.
      const pairs = upTo(round % 4).map(() => [random.below(count), random.below(count), random.next() - 0.5] as const);
      const value = (set: readonly number[]) =>
        set.reduce((sum, i) => sum + (weights[i] as number), 0) +
        pairs.reduce((sum, [a, b, w]) => sum + (set.includes(a) && set.includes(b) ? w : 0), 0);
      const bar = Math.max(0.01, value(upTo(count)) * random.next());
      if (value(upTo(count)) <= bar) continue;
      const flips = (set: readonly number[]) => value(set) > bar;
      const { set, minimal } = await prunedSet(upTo(count), asking(flips).ask);
      expect(minimal).toBe(true);
      expect(flips(set)).toBe(true);
      for (const feature of set) expect(flips(set.filter((other) => other !== feature))).toBe(false);
    }
  });

  test("finds the few that are needed of many in few questions", async () => {
    const needed = [17, 90, 141];
    const { ask, asked } = asking((set) => needed.every((one) => set.includes(one)));
    expect(await prunedSet(upTo(196), ask)).toEqual({ set: needed, minimal: true });
    expect(asked()).toBeLessThan(220);
  });

  test("claims nothing that was not tested", async () => {
    const { ask } = asking((set) => set.length > 3, 12);
    const { set, minimal } = await prunedSet(upTo(10), ask);
    expect(minimal).toBe(false);
    expect(set.length).toBeGreaterThan(3);
  });
});

import { describe, expect, test } from "vitest";
import { smallestChange } from "./smallest-change.ts";

/** A decision that changes when what is removed weighs more than a bound; records what was asked. */
const game = (weights: readonly number[], bound: number) => {
  const asked: (readonly number[])[] = [];
  const ask = async (sets: readonly (readonly number[])[]) => {
    asked.push(...sets);
    return sets.map((set) => {
      const removed = set.reduce((sum, feature) => sum + (weights[feature] as number), 0);
      return { flips: removed > bound, margin: removed - bound };
    });
  };
  return { asked, ask, order: [...weights.keys()] };
};

describe("smallestChange()", () => {
  test("is the set of fewest features, whatever the order says of them, and of those the clearest", async () => {
    const { ask, order } = game([1, 1, 3, 1, 4], 5);
    expect(await smallestChange(order, ask)).toEqual({
      set: [4, 2],
      searched: [
        { size: 1, candidates: 5, sets: 5 },
        { size: 2, candidates: 5, sets: 10 },
      ],
    });
  });

  test("tries no set twice, no larger ones than five, and never everything", async () => {
    const { ask, asked, order } = game([1, 1, 1, 1], 3.5);
    expect((await smallestChange(order, ask)).set).toBeNull();
    expect(asked).toHaveLength(4 + 6 + 4);
    expect(new Set(asked.map((set) => [...set].sort().join())).size).toBe(14);
    const many = game(
      Array.from({ length: 30 }, () => 1),
      5.5,
    );
    const { set, searched } = await smallestChange(many.order, many.ask);
    expect(set).toBeNull();
    expect(searched.map(({ sets }) => sets)).toEqual([30, 91, 120, 70, 21]);
    const one = game([1], 0.5);
    expect(await smallestChange(one.order, one.ask)).toEqual({ set: null, searched: [] });
  });
});

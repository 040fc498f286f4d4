/** @file Refined maps add up, leave what is exact as it is, treat equal features alike, and cost what they say. */

import { describe, expect, it } from "vitest";
import { createRandom } from "../../util/random.ts";
import type { Refinement } from "../effort.ts";
import { bothEnds } from "./both-ends.ts";
import { fittedMap } from "./fitted-map.ts";
import { createGame, type Game } from "./game.ts";
import { orderedPath } from "./ordered-path.ts";
import { MOST_FEATURES, PATH_STEPS, refine, refinementCost, stepsOf } from "./refine.ts";

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** A game of single values and of what pairs add, all drawn. */
function pairGame(count: number, seed: number, interaction: number): { game: Game; alone: number[]; whole: number } {
  const random = createRandom(seed);
  const alone = Array.from({ length: count }, () => random.next() * 2 - 1);
  const pairs = alone.map(() => alone.map(() => interaction * (random.next() * 2 - 1)));
  const value = (subset: Uint8Array) => {
    let total = 0.25;
    for (let i = 0; i < count; i++) {
      if (subset[i] === 0) continue;
      total += alone[i] as number;
      for (let j = 0; j < i; j++) if (subset[j] === 1) total += pairs[i]?.[j] as number;
    }
    return total;
  };
  const game = createGame(count, (subsets) => subsets.map(value));
  return { game, alone, whole: value(new Uint8Array(count).fill(1)) - 0.25 };
}

const PLANS: readonly Refinement[] = [
  { subsets: 0, paths: 1, ends: false },
  { subsets: 0, paths: 0, ends: true },
  { subsets: 24, paths: 0, ends: false },
  { subsets: 24, paths: 1, ends: false },
  { subsets: 64, paths: 3, ends: true },
];

describe.each([1, 2, 5, 16, 17, 40])("a game of %d features", (count) => {
  it("has estimates that add up to v(all) - v(none), whatever the map", async () => {
    const { game, whole } = pairGame(count, count, 0.5);
    const map = Array.from({ length: count }, (_, i) => Math.sin(i));
    expect(sum(await orderedPath(game, map, PATH_STEPS))).toBeCloseTo(whole, 9);
    expect(sum(await bothEnds(game))).toBeCloseTo(whole, 9);
    expect(sum(await fittedMap(game, map, 20))).toBeCloseTo(sum(map), 9);
  });

  it.each(PLANS)("is refined to a map that adds up if the first did, and costs what is said: %j", async (plan) => {
    const { game, whole } = pairGame(count, count + 100, 0.5);
    const map = Array.from({ length: count }, (_, i) => whole / count + Math.sin(i) - Math.sin(count - 1 - i));
    const { values, share, steps } = await refine(game, map, plan);
    expect(sum(values)).toBeCloseTo(whole, 9);
    expect(steps).toBe(stepsOf(plan));
    expect(share).toBeCloseTo(1 / (1 + plan.paths + (plan.ends ? 1 : 0)), 12);
    expect(game.evaluations()).toBeLessThanOrEqual(refinementCost(count, plan));
  });

  it("keeps a map that is exact where features do nothing together", async () => {
    const { game, alone } = pairGame(count, count + 200, 0);
    for (const plan of PLANS) {
      expect((await refine(game, alone, plan)).values).toBeAllClose(alone, { atol: 1e-9 });
    }
  });
});

describe("refine()", () => {
  it("moves a map that is wrong towards what features do", async () => {
    const { game, alone, whole } = pairGame(12, 7, 0);
    const wrong = alone.map(() => whole / 12);
    const distance = (values: readonly number[]) =>
      Math.hypot(...values.map((value, i) => value - (alone[i] as number)));
    const { values } = await refine(game, wrong, { subsets: 0, paths: 1, ends: true });
    expect(distance(values)).toBeCloseTo(distance(wrong) / 3, 9);
  });

  it("moves a map towards the Banzhaf values the further, the more subsets it is fitted to", async () => {
    const { game, whole } = pairGame(8, 5, 0.5);
    const map = Array.from({ length: 8 }, () => whole / 8);
    const subsets = Array.from({ length: 256 }, (_, bits) => Uint8Array.from({ length: 8 }, (_, i) => (bits >> i) & 1));
    const scores = await game.values(subsets);
    const banzhaf = map.map((_, i) => sum(scores.map((value, s) => (subsets[s]?.[i] === 1 ? value : -value))) / 128);
    const lacking = (whole - sum(banzhaf)) / 8;
    const far = async (drawn: number) => {
      const { values } = await refine(game, map, { subsets: drawn, paths: 0, ends: false });
      return Math.hypot(...values.map((value, i) => value - (banzhaf[i] as number) - lacking));
    };
    const [none, some, all] = [await far(0), await far(24), await far(256)];
    expect(some).toBeLessThan(none);
    // All 256 weigh 64 for a feature; the map weighs as much as 8 of them, 2.
    expect(all).toBeCloseTo(none / 33, 9);
  });

  it("gives nothing to a feature that does nothing, beside its share of the map", async () => {
    const game = createGame(4, (subsets) => subsets.map(([a = 0, b = 0, c = 0]) => 2 * a + b + a * b - c));
    const { values } = await refine(game, [3, 1, -1, 0], { subsets: 0, paths: 2, ends: false });
    expect(values[3]).toBe(0);
  });

  it("leaves maps of more features than it serves as they are", async () => {
    const { game } = pairGame(MOST_FEATURES + 1, 3, 0.5);
    const map = Array.from({ length: MOST_FEATURES + 1 }, (_, i) => Math.sin(i));
    const asked = { subsets: 24, paths: 2, ends: true };
    expect(await refine(game, map, asked)).toEqual({ values: map, share: 1, steps: 0 });
    expect(game.evaluations()).toBe(0);
  });

  it("ends when it may not go on, with what it has", async () => {
    const { game } = pairGame(6, 3, 0.5);
    let asked = 0;
    const plan = { subsets: 9, paths: 9, ends: true };
    const { steps } = await refine(game, [1, 2, 3, 4, 5, 6], plan, () => asked++ < 2);
    expect(steps).toBe(2);
  });
});

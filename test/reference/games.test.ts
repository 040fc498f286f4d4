/**
 * @file Values of small games against those of the shap and lime packages, and the axioms of Shapley values.
 *
 * The reference is test/golden/games.json, made by tools/make_games_reference.py.
 */

import { readFileSync } from "node:fs";
import { createGame, type Game } from "@calig/core/internal/attribution/game/game";
import { kernelShap, kernelSubsets } from "@calig/core/internal/attribution/game/kernel-shap";
import { fitWithSum } from "@calig/core/internal/attribution/game/least-squares";
import { lime, limeFit } from "@calig/core/internal/attribution/game/lime";
import { owenValues } from "@calig/core/internal/attribution/game/owen";
import { halved, halvedGrid } from "@calig/core/internal/attribution/game/partition";
import { rise } from "@calig/core/internal/attribution/game/rise";
import { exactShapley, meanOverOrders, shapleyValues } from "@calig/core/internal/attribution/game/shapley";
import { createRandom } from "@calig/core/internal/util/random";
import { describe, expect, it } from "vitest";

interface Case {
  readonly name: string;
  /** v of every subset; feature i is bit i of its index. */
  readonly values: readonly number[];
  readonly exact: readonly number[];
  readonly permutation: { readonly orders: readonly (readonly number[])[]; readonly values: readonly number[] };
  readonly partition: readonly { readonly evaluations: number; readonly values: readonly number[] }[];
  readonly kernel: readonly {
    readonly samples: number;
    readonly subsets: readonly number[];
    readonly weights: readonly number[];
    readonly values: readonly number[];
  }[];
  readonly lime: { readonly subsets: readonly number[]; readonly values: readonly number[] };
}

const { cases } = JSON.parse(readFileSync(new URL("../golden/games.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

const TOLERANCE = { rtol: 1e-9, atol: 1e-10 };

const bitsOf = (subset: Uint8Array): number => subset.reduce((bits, there, i) => bits | (there << i), 0);
const subsetOf = (bits: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, feature) => (bits >> feature) & 1);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The game of a table of 2^m values. */
const tableGame = (values: readonly number[]): Game =>
  createGame(Math.log2(values.length), (subsets) => subsets.map((subset) => values[bitsOf(subset)] as number));

const randomTable = (count: number, seed: number): number[] => {
  const random = createRandom(`${seed} table`);
  return Array.from({ length: 2 ** count }, () => 2 * random.next() - 1);
};

/** Shapley values as the mean over all m! orders: no formula of the code is used. */
function bruteForce(values: readonly number[]): number[] {
  const count = Math.log2(values.length);
  const result = new Array<number>(count).fill(0);
  let orders = 0;
  const walk = (bits: number, gains: readonly (readonly [number, number])[]) => {
    if (gains.length === count) {
      orders++;
      for (const [feature, gain] of gains) result[feature] = (result[feature] as number) + gain;
    }
    for (let feature = 0; feature < count; feature++) {
      const more = bits | (1 << feature);
      if (more !== bits) walk(more, [...gains, [feature, (values[more] as number) - (values[bits] as number)]]);
    }
  };
  walk(0, []);
  return result.map((value) => value / orders);
}

describe.each(cases.map((reference) => [reference.name, reference] as const))("%s", (_, reference) => {
  const { values } = reference;
  const count = Math.log2(values.length);

  it("Shapley values are those of shap's Exact explainer, by all subsets and by all samples", async () => {
    const budget = { evaluations: 2 ** count, random: createRandom("any") };
    for (const found of [
      await exactShapley(tableGame(values)),
      await shapleyValues(tableGame(values), budget),
      await kernelShap(tableGame(values), budget),
    ]) {
      expect(found).toBeAllClose(reference.exact, TOLERANCE);
    }
  });

  it("orders give what shap's Permutation explainer makes of the same ones", async () => {
    const { orders, values: expected } = reference.permutation;
    const both = orders.flatMap((order) => [order, [...order].reverse()]);
    expect(await meanOverOrders(tableGame(values), both)).toBeAllClose(expected, TOLERANCE);
  });

  it("Owen values are those of shap's Partition explainer, after any number of evaluations", async () => {
    for (const { evaluations, values: expected } of reference.partition) {
      const game = tableGame(values);
      const found = await owenValues(game, { tree: halved([...Array(count).keys()]), evaluations });
      expect(found, `${evaluations} evaluations`).toBeAllClose(expected, TOLERANCE);
      expect(game.evaluations()).toBeLessThanOrEqual(evaluations);
    }
  });

  it("KernelSHAP is that of shap on the subsets that shap chose, and takes the same sizes whole", async () => {
    for (const { samples, subsets, weights, values: expected } of reference.kernel) {
      const none = values[0] as number;
      const found = fitWithSum(
        {
          subsets: subsets.map((bits) => subsetOf(bits, count)),
          values: subsets.map((bits) => (values[bits] as number) - none),
          weights,
        },
        count,
        (values.at(-1) as number) - none,
      );
      expect(found).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-8 });
      const own = kernelSubsets(count, samples, createRandom("kernel"));
      const sizes = (list: readonly number[]) => list.map((bits) => sum([...subsetOf(bits, count)])).sort();
      // All weights sum to 1; the subsets of one size have the same number where the size was taken whole.
      expect(sum(own.weights)).toBeCloseTo(sum(weights), 10);
      if (samples === 2 ** count - 2) expect(sizes(own.subsets.map(bitsOf))).toEqual(sizes(subsets));
    }
  });

  it("LIME is that of the lime package on the subsets that it drew", async () => {
    const subsets = reference.lime.subsets.map((bits) => subsetOf(bits, count));
    expect(await limeFit(tableGame(values), subsets)).toBeAllClose(reference.lime.values, { rtol: 1e-8, atol: 1e-9 });
  });
});

/** Every estimate with a number of evaluations. */
const ESTIMATES = {
  shapley: (game: Game, evaluations: number, seed = 0) =>
    shapleyValues(game, { evaluations, random: createRandom(seed) }),
  owen: (game: Game, evaluations: number) =>
    owenValues(game, { tree: halved([...Array(game.count).keys()]), evaluations }),
  "kernel-shap": (game: Game, evaluations: number, seed = 0) =>
    kernelShap(game, { evaluations, random: createRandom(seed) }),
  lime: (game: Game, evaluations: number, seed = 0) =>
    lime(game, { evaluations, random: createRandom(seed), draw: "sizes" }),
  rise: (game: Game, evaluations: number, seed = 0) => rise(game, { evaluations, random: createRandom(seed) }),
} as const;
type Name = keyof typeof ESTIMATES;
const COMPLETE: readonly Name[] = ["shapley", "owen", "kernel-shap"];
const ALL = Object.keys(ESTIMATES) as readonly Name[];

describe("axioms", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])("Shapley values of %i features are the mean over all orders", async (count) => {
    const values = randomTable(count, count);
    const found = await ESTIMATES.shapley(tableGame(values), 2 ** count);
    expect(found).toBeAllClose(bruteForce(values), TOLERANCE);
  });

  it.each(COMPLETE)("%s sums to v(all) - v(none) exactly, whatever the evaluations", async (name) => {
    for (const count of [1, 2, 3, 6, 9]) {
      const values = randomTable(count, 10 + count);
      for (const evaluations of [2, 3, count, 2 * count, 40, 600]) {
        const game = tableGame(values);
        const found = await ESTIMATES[name](game, Math.max(2, evaluations));
        expect(found.every(Number.isFinite)).toBe(true);
        expect(sum(found)).toBeCloseTo((values.at(-1) as number) - (values[0] as number), 10);
      }
    }
  });

  it.each(ALL)("%s takes no more evaluations than allowed, the whole input aside", async (name) => {
    for (const count of [1, 2, 5, 9]) {
      const values = randomTable(count, count);
      for (const evaluations of [2, 3, 7, 16, 60, 200]) {
        const whole = new Uint8Array(count).fill(1);
        const evaluate = (subsets: readonly Uint8Array[]) => subsets.map((subset) => values[bitsOf(subset)] as number);
        const game = createGame(count, evaluate, { known: [[whole, values.at(-1) as number]] });
        await ESTIMATES[name](game, evaluations);
        expect(game.evaluations(), `${count} features, ${evaluations} evaluations`).toBeLessThanOrEqual(evaluations);
      }
    }
  });

  it.each(["shapley", "kernel-shap"] as const)(
    "%s gives a feature without effect 0, and equal ones the same",
    async (name) => {
      // Features 1 and 3 are alike, 2 changes nothing.
      const values = Array.from({ length: 32 }, (_, bits) => {
        const [a, b, , c, d] = [...subsetOf(bits, 5)] as [number, number, number, number, number];
        return 2 * a + Math.sin(b + c) + 3 * (b + c) * d - a * d;
      });
      const found = await ESTIMATES[name](tableGame(values), 32);
      expect(found[2]).toBeCloseTo(0, 9);
      expect(found[1]).toBeCloseTo(found[3] as number, 9);
    },
  );

  it.each(["shapley", "owen"] as const)(
    "%s gives a feature without effect 0, also where orders are sampled",
    async (name) => {
      const values = Array.from({ length: 256 }, (_, bits) => Math.sin(bits & ~4));
      const found = await ESTIMATES[name](tableGame(values), 90);
      expect(found[2]).toBeCloseTo(0, 12);
    },
  );

  it.each(COMPLETE)("%s is the numbers themselves where the score is their sum", async (name) => {
    const numbers = [1, -2, 0.5, 4, 0, -1, 3, 2];
    const values = Array.from({ length: 256 }, (_, bits) => 7 + sum(numbers.filter((_, i) => (bits >> i) & 1)));
    // One evaluation per feature is the least that tells them apart; the tree of Owen values needs its leaves.
    expect(await ESTIMATES[name](tableGame(values), 60)).toBeAllClose(numbers, { rtol: 1e-9, atol: 1e-9 });
  });

  it.each(["lime", "rise"] as const)("%s ranks the features of a sum by their numbers", async (name) => {
    const numbers = [3, -2, 0.5, -5];
    const values = Array.from({ length: 16 }, (_, bits) => sum(numbers.filter((_, i) => (bits >> i) & 1)));
    const found = await ESTIMATES[name](tableGame(values), 600);
    expect([...found.keys()].sort((a, b) => (found[b] as number) - (found[a] as number))).toEqual([0, 2, 1, 3]);
    expect(found[0]).toBeGreaterThan(0);
    expect(found[3]).toBeLessThan(0);
  });

  it.each(["shapley", "kernel-shap"] as const)(
    "%s comes nearer to the exact values with more samples",
    async (name) => {
      const values = randomTable(9, 3);
      const exact = await exactShapley(tableGame(values));
      const distance = async (evaluations: number) => {
        const seeds = await Promise.all(
          [1, 2, 3, 4, 5, 6].map((seed) => ESTIMATES[name](tableGame(values), evaluations, seed)),
        );
        return sum(seeds.flatMap((found) => found.map((value, i) => (value - (exact[i] as number)) ** 2)));
      };
      expect(await distance(300)).toBeLessThan((await distance(40)) / 2);
    },
  );

  it.each(["shapley", "kernel-shap", "lime", "rise"] as const)(
    "%s is the same for the same seed alone",
    async (name) => {
      const values = randomTable(9, 5);
      const of = (seed: number) => ESTIMATES[name](tableGame(values), 60, seed);
      expect(await of(1)).toEqual(await of(1));
      expect(await of(1)).not.toEqual(await of(2));
    },
  );
});

describe("halvedGrid()", () => {
  it("has every cell once, and parts that are rectangles", () => {
    const seen: number[] = [];
    const walk = (partition: ReturnType<typeof halvedGrid>) => {
      if (typeof partition === "number") {
        seen.push(partition);
        return;
      }
      const rows = partition.features.map((feature) => Math.floor(feature / 5));
      const columns = partition.features.map((feature) => feature % 5);
      const [height, width] = [rows, columns].map((list) => Math.max(...list) - Math.min(...list) + 1) as [
        number,
        number,
      ];
      expect(height * width).toBe(partition.features.length);
      partition.parts.forEach(walk);
    };
    walk(halvedGrid(3, 5));
    expect(seen.sort((a, b) => a - b)).toEqual([...Array(15).keys()]);
  });
});

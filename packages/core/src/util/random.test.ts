import { describe, expect, it } from "vitest";
import { createRandom } from "./random.ts";

const take = (count: number, seed: number | string) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe("createRandom()", () => {
  it("gives the same numbers for the same seed and others for another", () => {
    expect(take(20, 7)).toEqual(take(20, 7));
    const common = take(200, 7).filter((value) => new Set(take(200, 8)).has(value));
    expect(common).toEqual([]);
  });

  it("is uniform: mean, variance and correlation of neighbours are those of independent uniform numbers", () => {
    const values = take(20_000, "uniform");
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const neighbours = values
      .slice(1)
      .reduce((sum, value, i) => sum + (value - mean) * ((values[i] as number) - mean), 0);
    // Four standard errors of each: 0.289 / sqrt(n), 0.0745 / sqrt(n), 1 / sqrt(n).
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0082);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.0022);
    expect(Math.abs(neighbours / values.length / variance)).toBeLessThan(0.029);
  });

  it("shuffles without losing anything, every order about as often", () => {
    const random = createRandom(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle(["a", "b", "c"]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
    // Chi-square with 5 degrees of freedom exceeds 20.5 once in a thousand.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(20.5);
  });

  it("leaves what is shuffled as it is", () => {
    const items = Object.freeze([1, 2, 3, 4, 5]);
    expect(createRandom(1).shuffle(items).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});

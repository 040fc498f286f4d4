import { describe, expect, it } from "vitest";
import { createRandom } from "../../util/random.ts";
import { interval, pairedPValue, resampledMeans } from "./bootstrap.ts";

/** Roughly normal numbers: sums of twelve uniform ones, mean 0, variance 1. */
function normal(count: number, seed: string): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.next();
    return sum;
  });
}

describe("resampledMeans()", () => {
  it("has the standard error of the mean: deviation / sqrt(n)", () => {
    const column = normal(100, "column");
    const mean = column.reduce((sum, value) => sum + value, 0) / 100;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 100;
    const [means] = resampledMeans([column], createRandom(1), 4000) as [Float64Array];
    const centre = means.reduce((sum, value) => sum + value, 0) / 4000;
    const spread = means.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 4000;
    expect(Math.abs(centre - mean)).toBeLessThan(4 * Math.sqrt(variance / 100 / 4000));
    // The relative standard error of a variance from 4000 values is sqrt(2 / 4000) = 2.2 %.
    expect(spread / (variance / 100)).toBeGreaterThan(0.9);
    expect(spread / (variance / 100)).toBeLessThan(1.1);
  });

  it("resamples all columns alike: a constant difference stays constant", () => {
    const column = normal(30, "pairs");
    const [a, b] = resampledMeans([column, column.map((value) => value + 2)], createRandom(1), 50) as [
      Float64Array,
      Float64Array,
    ];
    expect(b.map((value, i) => value - (a[i] as number))).toBeAllClose(new Array(50).fill(2), { rtol: 1e-12 });
  });

  it("gives the same numbers for the same seed, however many columns there are", () => {
    const column = normal(10, "seeds");
    const [alone] = resampledMeans([column], createRandom(5), 20) as [Float64Array];
    const [first] = resampledMeans([column, normal(10, "other")], createRandom(5), 20) as [Float64Array];
    expect(first).toEqual(alone);
  });
});

describe("interval()", () => {
  it("is the middle 95 %: of 0..1000, 25 to 975", () => {
    const figures = createRandom(1).shuffle(Array.from({ length: 1001 }, (_, i) => i));
    expect(interval(Float64Array.from(figures))).toEqual({ low: 25, high: 975 });
  });

  it("holds the true mean in about 95 of 100 samples", () => {
    const held = Array.from({ length: 200 }, (_, i) => {
      const [means] = resampledMeans([normal(60, `sample ${i}`)], createRandom(i), 600) as [Float64Array];
      const { low, high } = interval(means);
      return low <= 0 && 0 <= high;
    }).filter(Boolean).length;
    // 95 % of 200 less what percentile intervals are too short by at n = 60; four standard errors are 6.5 %.
    expect(held).toBeGreaterThan(175);
    expect(held).toBeLessThan(200);
  });
});

describe("pairedPValue()", () => {
  it("is twice the share of the rarer side, one more on each side: (1 + 3) * 2 / 101", () => {
    const differences = Float64Array.from({ length: 100 }, (_, i) => (i < 3 ? -1 : 1));
    expect(pairedPValue(differences, 50)).toBeCloseTo(8 / 101, 12);
    expect(
      pairedPValue(
        differences.map((value) => -value),
        50,
      ),
    ).toBeCloseTo(8 / 101, 12);
  });

  it("is 1 for methods that do not differ", () => {
    expect(pairedPValue(new Float64Array(100), 50)).toBe(1);
  });

  it("never says more than the signs of the inputs could: 2^(1 - n)", () => {
    expect(pairedPValue(new Float64Array(1000).fill(1), 4)).toBe(1 / 8);
    expect(pairedPValue(new Float64Array(1000).fill(1), 1)).toBe(1);
  });

  it("is below 0.05 in about 5 of 100 samples without a difference", () => {
    const wrong = Array.from({ length: 200 }, (_, i) => {
      const [means] = resampledMeans([normal(60, `difference ${i}`)], createRandom(i), 600) as [Float64Array];
      return pairedPValue(means, 60) <= 0.05;
    }).filter(Boolean).length;
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(25);
  });
});

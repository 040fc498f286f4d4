import { describe, expect, it } from "vitest";
import type { PathFacts } from "./path-integral.ts";
import { SampledPath } from "./sampled-path.ts";

/** Two positions: integrals 1 / 3 and sin 1. */
const GRADIENT = [(a: number) => a ** 2, Math.cos] as const;
const EXACT = [1 / 3, Math.sin(1)] as const;
const score = (a: number) => a ** 3 / 3 + Math.sin(a);

const factsOf = (tolerance?: number): PathFacts => ({ scoreAt: score, tolerance });

const evaluate = (places: readonly number[]) => places.map((place) => Float64Array.from(GRADIENT, (f) => f(place)));

/** A path after one round. */
function sampled(points: number, seed: string): SampledPath {
  const path = new SampledPath(factsOf(), points, seed);
  path.settle(evaluate(path.next(0)));
  return path;
}

/** A path refined until it asks for nothing. */
function refined(tolerance: number, first = 8) {
  const path = new SampledPath(factsOf(tolerance), first, "7 block 0");
  const rounds: number[] = [];
  let spent = 0;
  for (let tasks = path.next(0); tasks.length > 0; tasks = path.next(spent)) {
    spent += tasks.length;
    rounds.push(tasks.length);
    path.settle(evaluate(tasks));
  }
  return { path, rounds, spent };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("SampledPath", () => {
  it.each([1, 2, 3, 8, 9])("draws %i points in equal strata, which weigh the same", (points) => {
    const path = new SampledPath(factsOf(), points, "s");
    const places = path.next(0);
    expect(places).toHaveLength(points);
    const strata = Math.max(1, Math.floor(points / 2));
    for (const [i, place] of places.entries()) {
      const stratum = Math.min(strata - 1, Math.floor(i / 2));
      expect(place).toBeGreaterThanOrEqual(stratum / strata);
      expect(place).toBeLessThan((stratum + 1) / strata);
    }
    path.settle(places.map(() => [7]));
    expect(path.relevance[0]).toBeCloseTo(7, 12);
  });

  it("is unbiased, and its standard error is the spread of its estimates", () => {
    for (const points of [2, 3, 7]) {
      const paths = Array.from({ length: 4000 }, (_, seed) => sampled(points, `seed ${seed}`));
      const sums = paths.map(({ relevance }) => (relevance[0] as number) + (relevance[1] as number));
      const spread = Math.sqrt(mean(sums.map((sum) => (sum - mean(sums)) ** 2)));
      for (const [t, exact] of EXACT.entries()) {
        const values = paths.map(({ relevance }) => relevance[t] as number);
        // Five standard errors of the mean of 4000 estimates; the spread of one position is below that of f itself.
        expect(Math.abs(mean(values) - exact)).toBeLessThan((5 * 0.3) / Math.sqrt(4000 * points));
      }
      const estimated = Math.sqrt(mean(paths.map(({ standardError }) => (standardError as number) ** 2)));
      expect(estimated / spread).toBeGreaterThan(0.93);
      expect(estimated / spread).toBeLessThan(1.07);
    }
  });

  it("gives the same points for the same seed and number, others for others", () => {
    const alphas = (points: number, seed: string) => new SampledPath(factsOf(), points, seed).next(0);
    expect(alphas(8, "a")).toEqual(alphas(8, "a"));
    expect(alphas(8, "a")).not.toEqual(alphas(8, "b"));
  });

  it("doubles its rounds until both the error and the standard error are within the tolerance", () => {
    const loose = refined(0.05);
    const strict = refined(0.001);
    expect(strict.spent).toBeGreaterThan(loose.spent);
    for (const [i, points] of strict.rounds.entries()) expect(points).toBe(8 * 2 ** i);
    const sum = (strict.path.relevance[0] as number) + (strict.path.relevance[1] as number);
    expect(Math.abs(sum - score(1))).toBeLessThan(0.001 * score(1));
    expect(strict.path.standardError).toBeLessThan(0.001 * score(1));
  });

  it("stops at the most points there may be", () => {
    const { rounds, spent } = refined(1e-9);
    expect(spent).toBeLessThanOrEqual(512);
    expect(rounds.slice(0, 6)).toEqual([8, 16, 32, 64, 128, 256]);
  });

  it("has no standard error of a single point, and ignores rounds that were not finished", () => {
    expect(sampled(1, "s").standardError).toBeUndefined();
    const path = sampled(4, "s");
    const before = path.relevance;
    const results: (Float64Array | undefined)[] = evaluate(path.next(4));
    path.settle([...results.slice(1), undefined]);
    expect(path.relevance).toEqual(before);
  });
});

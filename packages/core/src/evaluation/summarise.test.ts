import { describe, expect, it } from "vitest";
import { createRandom } from "../util/random.ts";
import type { Measurements } from "./evaluation.ts";
import { type Metric, meanFigure } from "./metric.ts";
import { shareOf, summarise } from "./summarise.ts";

const metric = (name: string, figures: Metric["figures"]): Metric => ({
  name,
  summary: "",
  figures,
  revision: 1,
  measure: async () => undefined,
});
const area = metric("area", [meanFigure("area", "lower")]);
const METHODS = [{ name: "good" }, { name: "bad" }];
const OPTIONS = { seed: 1, resamples: 1000 };

/** Measurements of `area`: of each method the numbers of all inputs. */
const areas = (values: Readonly<Record<string, readonly (number | null)[]>>): Measurements[] =>
  Array.from({ length: Object.values(values)[0]?.length ?? 0 }, (_, i) =>
    Object.fromEntries(
      Object.entries(values).map(([method, all]) => [method, { area: all[i] === null ? null : [all[i] as number] }]),
    ),
  );

describe("summarise()", () => {
  it("gives means over the inputs that all methods were measured on", () => {
    const { results } = summarise(areas({ good: [1, 2, 3, null], bad: [2, 4, null, 8] }), METHODS, [area], OPTIONS);
    expect(results.map(({ method, value, inputs }) => ({ method, value, inputs }))).toEqual([
      { method: "good", value: 1.5, inputs: 2 },
      { method: "bad", value: 3, inputs: 2 },
    ]);
  });

  it("finds a small difference that all inputs share under large differences between inputs", () => {
    const random = createRandom("inputs");
    const bad = Array.from({ length: 40 }, () => 10 * random.next());
    const good = bad.map((value) => value - 0.1 - 0.01 * random.next());
    const { results, comparisons } = summarise(areas({ good, bad }), METHODS, [area], OPTIONS);
    const [first, second] = results as [(typeof results)[0], (typeof results)[0]];
    // The intervals overlap nearly wholly: only pairing tells.
    expect(first.high).toBeGreaterThan(second.low);
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({ method: "good", other: "bad", winner: "good" });
    expect(comparisons[0]?.difference).toBeCloseTo(-0.105, 2);
    expect(comparisons[0]?.high).toBeLessThan(0);
  });

  it("names the winner by the direction of the figure, and none for what only describes", () => {
    const values = areas({ good: new Array(30).fill(2), bad: new Array(30).fill(1) });
    const winners = (better: "higher" | "lower" | "none") =>
      summarise(values, METHODS, [metric("area", [meanFigure("area", better)])], OPTIONS).comparisons.map(
        ({ winner }) => winner,
      );
    expect(winners("higher")).toEqual(["good"]);
    expect(winners("lower")).toEqual(["bad"]);
    expect(winners("none")).toEqual([]);
  });

  it("names no winner where inputs disagree", () => {
    const random = createRandom("noise");
    const [good, bad] = [0, 1].map(() => Array.from({ length: 40 }, () => random.next())) as [number[], number[]];
    expect(summarise(areas({ good, bad }), METHODS, [area], OPTIONS).comparisons[0]?.winner).toBeNull();
  });

  it("makes figures from means, not means of figures: pooled F1 = 2 x 3 / (4 + 6) = 0.6", () => {
    const pooled = metric("area", [
      { name: "f1", better: "higher", of: ([hits, predicted, gold]) => (2 * hits!) / (predicted! + gold!) },
    ]);
    // Hits, predicted, gold of two inputs; F1 of the two alone: 1 and 0.5, mean 0.75.
    const measured: Measurements[] = [{ one: { area: [1, 1, 1] } }, { one: { area: [2, 3, 5] } }];
    const { results } = summarise(measured, [{ name: "one" }], [pooled], OPTIONS);
    expect(results[0]?.value).toBeCloseTo(0.6, 12);
  });

  it("is the same for the same seed, with other metrics beside it or not", () => {
    const random = createRandom("values");
    const draw = () => Array.from({ length: 20 }, () => random.next());
    const values = areas({ good: draw(), bad: draw() });
    const both = values.map((input) =>
      Object.fromEntries(Object.entries(input).map(([name, own]) => [name, { ...own, other: [1] }])),
    );
    const other = metric("other", [meanFigure("other", "higher")]);
    const alone = summarise(values, METHODS, [area], OPTIONS);
    const together = summarise(both, METHODS, [other, area], OPTIONS);
    expect(together.results.filter(({ figure }) => figure === "area")).toEqual(alone.results);
    expect(summarise(values, METHODS, [area], { ...OPTIONS, seed: 2 }).results).not.toEqual(alone.results);
  });

  it("corrects for the number of pairs: three methods, three comparisons", () => {
    const values = areas({ a: [1, 2, 3, 4, 5], b: [2, 3, 4, 5, 6], c: [1, 3, 2, 4, 6] });
    const { comparisons } = summarise(values, [{ name: "a" }, { name: "b" }, { name: "c" }], [area], OPTIONS);
    expect(comparisons.map(({ method, other }) => [method, other])).toEqual([
      ["a", "b"],
      ["a", "c"],
      ["b", "c"],
    ]);
    // a is always better than b, but five signs alike happen once in sixteen: 3 x 1/16.
    expect(comparisons[0]).toMatchObject({ pValue: 1 / 16, correctedPValue: 3 / 16, winner: null });
  });
});

describe("shareOf()", () => {
  it("is the share with its interval; null of nothing", () => {
    const share = shareOf([true, true, true, false], OPTIONS);
    expect(share).toMatchObject({ value: 0.75, inputs: 4 });
    expect(share?.low).toBeLessThan(0.75);
    expect(share?.high).toBe(1);
    expect(shareOf([], OPTIONS)).toBeNull();
  });
});

import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { patchBound, signedScale, stepOf } from "./scale.ts";

/** Seeded numbers over many magnitudes (mulberry32), so that a failure repeats. */
function* seededNumbers(seed: number, count: number): Generator<number> {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < count; i++) yield (next() * 2 - 1) * 10 ** (next() * 12 - 6);
}

describe("signedScale()", () => {
  for (const gamma of [0.5, 1, 2.2]) {
    test(`is symmetric, monotonic and within 0..1 (gamma ${gamma})`, () => {
      const values = [...seededNumbers(7, 500)];
      const scale = signedScale(values, { gamma });
      for (const value of values) {
        expect(scale.strength(value)).toBe(scale.strength(-value));
        expect(scale.level(value)).toBe(-scale.level(-value));
        expect(scale.strength(value)).toBeGreaterThanOrEqual(0);
        expect(scale.strength(value)).toBeLessThanOrEqual(1);
        expect(Math.sign(scale.level(value))).toBe(Math.sign(value));
      }
      const strengths = values
        .map(Math.abs)
        .sort((a, b) => a - b)
        .map(scale.strength);
      expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
      expect(strengths.at(-1)).toBe(1);
    });
  }

  test("is the same for a map and its negation", () => {
    const values = [...seededNumbers(11, 50)];
    expect(signedScale(values).bound).toBe(signedScale(values.map((v) => -v)).bound);
  });

  test("is proportional by default and lifts weak values with gamma below 1", () => {
    expect(signedScale([4]).strength(-1)).toBe(0.25);
    expect(signedScale([4], { gamma: 0.5 }).strength(-1)).toBe(0.5);
  });

  test("shows a map of zeros, and no values at all, as neutral", () => {
    for (const values of [[0, 0, 0], []]) {
      const scale = signedScale(values);
      expect(scale.bound).toBe(0);
      expect(scale.strength(0)).toBe(0);
      expect(scale.level(5)).toBe(0);
    }
  });

  test("saturates beyond a given bound and ignores values that are not finite when it looks for one", () => {
    expect(signedScale([1, 100], { bound: 2 }).level(-3)).toBe(-1);
    const scale = signedScale([Number.NaN, Number.POSITIVE_INFINITY, 2]);
    expect(scale.bound).toBe(2);
    expect(scale.strength(Number.NaN)).toBe(0);
    expect(scale.level(Number.NEGATIVE_INFINITY)).toBe(-1);
  });

  test("handles magnitudes close to the smallest number", () => {
    const scale = signedScale([5e-324]);
    expect(scale.level(-5e-324)).toBe(-1);
  });

  test("refuses a gamma or a bound that makes no scale", () => {
    expect(() => signedScale([1], { gamma: 0 })).toThrow(InvalidOptionError);
    expect(() => signedScale([1], { gamma: Number.NaN })).toThrow("Cannot use gamma NaN: it must be a number > 0");
    expect(() => signedScale([1], { bound: -1 })).toThrow("Cannot use bound -1: it must be a number >= 0");
  });
});

test("stepOf() tells weak, medium and strong, the same for both signs", () => {
  expect([0, 0.09, 0.1, 0.4, 0.9].map(stepOf)).toEqual([0, 0, 1, 2, 3]);
  expect([-0.09, -0.1, -0.4, -0.9].map(stepOf)).toEqual([0, 1, 2, 3]);
});

describe("patchBound()", () => {
  test("leaves out the strongest fiftieth, whatever their sign", () => {
    const values = Array.from({ length: 98 }, (_, index) => (index + 1) / 100);
    expect(patchBound([...values, -40, 50])).toBe(0.98);
    expect(signedScale([...values, -40, 50], { bound: 0.98 }).saturates).toBe(true);
    expect(signedScale(values).saturates).toBe(false);
  });
  test("is the largest magnitude when nearly all are zero", () => {
    expect(patchBound([...new Array<number>(99).fill(0), -3])).toBe(3);
    expect(patchBound([])).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { LEAN, SplinePath, THOROUGH } from "./spline-path.ts";

/** Two positions: one changes in a step of width 0.02 around 0.37, the other slowly; together they are dF/dalpha. */
const STEP = 0.02;
const steep = (a: number) => 1 / (1 + Math.exp((0.37 - a) / STEP));
const gradient = (a: number) => [(steep(a) * (1 - steep(a))) / STEP, Math.cos(a)];
const score = (a: number) => steep(a) + Math.sin(a);
const EXACT = [steep(1) - steep(0), Math.sin(1)];
const FIRST = [0, 0.25, 0.5, 0.75, 1];

function refined(tolerance: number | undefined, first = FIRST, earliest?: readonly number[], search = THOROUGH) {
  const path = new SplinePath({ scoreAt: score, tolerance }, first, earliest, search);
  const rounds: (readonly number[])[] = [];
  for (let places = path.next(0); places.length > 0; places = path.next(rounds.flat().length)) {
    rounds.push(places);
    path.settle(places.map(gradient));
  }
  const all = rounds.flat();
  return {
    path,
    rounds,
    all,
    error: Math.abs((path.relevance[0] as number) + (path.relevance[1] as number) - score(1)),
  };
}

describe("SplinePath", () => {
  it.each([0.05, 0.01, 1e-3, 1e-5])("meets a tolerance of %d, and gives both positions what is theirs", (tolerance) => {
    const { path, all, error } = refined(tolerance);
    expect(error).toBeLessThanOrEqual(tolerance * score(1));
    expect(path.relevance).toBeAllClose(EXACT, { rtol: 0, atol: 5 * tolerance * score(1) });
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeLessThan(130);
  });

  it.each([0.05, 0.01, 1e-3])("meets a tolerance of %d by fewer places where the search is lean", (tolerance) => {
    const { path, all, error } = refined(tolerance, FIRST, FIRST, LEAN);
    expect(error).toBeLessThanOrEqual(tolerance * score(1));
    expect(path.relevance).toBeAllClose(EXACT, { rtol: 0, atol: 10 * tolerance * score(1) });
    expect(all.length).toBeLessThan(refined(tolerance).all.length);
  });

  it("looks where the score moves", () => {
    const { all } = refined(1e-3);
    const places = [...all].sort((a, b) => a - b);
    const parts = places
      .slice(1)
      .map((to, i) => ({ middle: (to + (places[i] as number)) / 2, length: to - (places[i] as number) }));
    const shortest = Math.min(...parts.map(({ length }) => length));
    expect(shortest).toBeLessThan(1 / 60);
    for (const { middle, length } of parts) {
      if (length < 1.5 * shortest) expect(Math.abs(middle - 0.37)).toBeLessThan(7 * STEP);
      if (Math.abs(middle - 0.37) < 2 * STEP) expect(length).toBeLessThan(2.5 * shortest);
    }
  });

  it.each([
    ["thorough", THOROUGH],
    ["lean", LEAN],
  ])("is not deceived by errors that cancel: %s", (_, search) => {
    // Bumps of opposite sign, both between the first places: their sum over the whole path is 0 whether seen or not.
    const bump = (a: number, at: number) => Math.exp(-(((a - at) / 0.02) ** 2));
    const slope = (a: number) => 1 + 50 * (bump(a, 0.3) - bump(a, 0.7));
    const area = (a: number) => {
      // Midpoint rule, fine enough for both.
      const n = 4000;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += slope(((i + 0.5) * a) / n);
      return (sum * a) / n;
    };
    const path = new SplinePath({ scoreAt: area, tolerance: 0.01 }, [0, 0.5, 1], undefined, search);
    let spent = 0;
    for (let places = path.next(0); places.length > 0; places = path.next(spent)) {
      spent += places.length;
      // Each bump belongs to a position of its own.
      path.settle(places.map((a) => [1 + 50 * bump(a, 0.3), -50 * bump(a, 0.7)]));
    }
    expect(spent).toBeGreaterThan(10);
    expect(path.relevance[1]).toBeCloseTo(-50 * 0.02 * Math.sqrt(Math.PI), 1);
  });

  it("evaluates once without a tolerance", () => {
    const { rounds, path } = refined(undefined);
    expect(rounds).toEqual([FIRST]);
    expect(path.standardError).toBeUndefined();
  });

  it("comes to the same numbers where the first places are taken in two rounds", () => {
    const whole = refined(0.01);
    const early = refined(0.01, FIRST, [0, 0.5, 1]);
    expect(early.rounds[0]).toEqual([0, 0.5, 1]);
    expect([...early.all].sort()).toEqual([...whole.all].sort());
    expect(early.path.relevance).toEqual(whole.path.relevance);
  });

  it("keeps what was evaluated of a round that was cut short", () => {
    const path = new SplinePath({ scoreAt: score, tolerance: 0.01 }, FIRST);
    path.settle(path.next(0).map(gradient));
    const before = [...path.relevance];
    const places = path.next(5);
    expect(places.length).toBeGreaterThan(1);
    path.settle(places.map((place, i) => (i === 0 ? gradient(place) : undefined)));
    expect([...path.relevance]).not.toEqual(before);
    expect(path.next(6)).not.toContain(places[0]);
  });

  it("gives up at the most points there may be, and on parts that are too short to bisect", () => {
    // A score that no gradient explains.
    const jump = (a: number) => (a > 0.3 ? 1 : 0);
    const path = new SplinePath({ scoreAt: jump, tolerance: 0.01 }, FIRST);
    let spent = 0;
    for (let places = path.next(0); places.length > 0; places = path.next(spent)) {
      spent += places.length;
      path.settle(places.map(() => [0]));
    }
    expect(spent).toBeLessThan(60);
    expect(path.relevance[0]).toBe(0);
  });
});

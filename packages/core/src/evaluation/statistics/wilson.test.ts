/** @file Intervals of shares against published values. */

import { describe, expect, it } from "vitest";
import { wilson } from "./wilson.ts";

describe("wilson", () => {
  it("gives the intervals of Newcombe (1998), table I, method 3", () => {
    for (const [count, of, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      expect(wilson(count, of).low).toBeCloseTo(low, 4);
      expect(wilson(count, of).high).toBeCloseTo(high, 4);
    }
  });
  it("knows nothing where there is nothing", () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

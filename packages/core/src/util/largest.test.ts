/** @file The largest of numbers as Math.max has it, of as many as there are. */

import { expect, it } from "vitest";
import { largest } from "./largest.ts";

it("is that of Math.max", () => {
  expect(largest([1, 3, 2])).toBe(3);
  expect(largest([], 0)).toBe(0);
  expect(largest([])).toBe(Number.NEGATIVE_INFINITY);
  expect(largest([1, Number.NaN, 2])).toBeNaN();
});

it("takes a million numbers", () => {
  expect(largest(Array.from({ length: 1_000_000 }, (_, i) => i))).toBe(999_999);
});

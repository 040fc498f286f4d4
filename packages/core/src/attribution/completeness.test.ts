import { expect, it } from "vitest";
import { measureCompleteness } from "./completeness.ts";

it("measureCompleteness() compares the sum with the difference of the scores", () => {
  expect(measureCompleteness([1, 0.5, -0.25], 3, 2)).toEqual({
    scoreAtInput: 3,
    scoreAtBaseline: 2,
    delta: 0.25,
    relativeError: 0.25,
  });
});

it("measureCompleteness() keeps relative errors finite where the scores are equal", () => {
  expect(measureCompleteness([0.01], 1, 1)).toMatchObject({ delta: 0.01, relativeError: 10 });
});

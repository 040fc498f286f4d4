import { describe, expect, it } from "vitest";
import { certaintyLevel } from "./certainty.ts";

describe("certaintyLevel()", () => {
  it.each([
    ["two classes", { probability: 0.52, next: 0.48 }, "coin-flip"],
    ["ten classes, two of them ahead", { probability: 0.3, next: 0.28, classes: 10 }, "coin-flip"],
    ["ten classes, one ahead", { probability: 0.5, next: 0.2, classes: 10 }, "unsure"],
    ["a vocabulary, two tokens ahead", { probability: 0.45, next: 0.4, classes: 20 }, "coin-flip"],
    ["a vocabulary, all tokens nearly alike", { probability: 0.004, next: 0.0039, classes: 20 }, "unsure"],
    ["a measured share of right answers", { probability: 0.99, next: 0.01, expected: 0.7 }, "leaning"],
    ["a vocabulary, one token", { probability: 0.97, next: 0.01, classes: 20 }, "very-sure"],
  ] as const)("%s", (_, sureness, level) => {
    expect(certaintyLevel(sureness)).toBe(level);
  });
});

import { describe, expect, it } from "vitest";
import { ConsistencyError } from "../../errors.ts";
import type { SweepResult } from "../../program/model-programs.ts";
import { checkSweep } from "./invariants.ts";

const ROWS = [
  { block: 0, alpha: 1 },
  { block: 0, alpha: 0 },
  { block: 1, alpha: 0.5 },
];
const KNOWN = { scoreAtInput: 2, scoreAtBaseline: -1, scale: 4 };

const result = (changes: Partial<SweepResult> = {}): SweepResult => ({
  scores: Float64Array.of(2, -1, 0.3),
  relevance: ROWS.map(() => Float32Array.of(0.1, 0.2)),
  passing: [],
  attention: [],
  ...changes,
});

describe("checkSweep()", () => {
  it("accepts what the forward pass says, up to rounding", () => {
    expect(() => checkSweep(ROWS, result(), KNOWN)).not.toThrow();
    expect(() => checkSweep(ROWS, result({ scores: Float64Array.of(2.0001, -1.0001, 9) }), KNOWN)).not.toThrow();
    // Baselines that are not propagated have a score of their own at every block.
    const other = result({ scores: Float64Array.of(2, 77, 0) });
    expect(() => checkSweep(ROWS, other, { ...KNOWN, scoreAtBaseline: undefined })).not.toThrow();
  });

  it.each([
    ["another score at the input", result({ scores: Float64Array.of(2.1, -1, 0) }), /input of block 0 is 2.1 .* 2 in/],
    ["another score at the baseline", result({ scores: Float64Array.of(2, -0.9, 0) }), /baseline of block 0/],
    ["fewer scores than rows", result({ scores: Float64Array.of(2) }), /3 points gave 1 scores/],
    [
      "a score that is no number",
      result({ scores: Float64Array.of(2, -1, Number.NaN) }),
      /place 0.5 .* block 1 is NaN/,
    ],
    [
      "a gradient that is infinite",
      result({ relevance: [...result().relevance.slice(1), Float32Array.of(0, Number.POSITIVE_INFINITY)] }),
      /gradient of position 1 at place 0.5/,
    ],
    ["a passing gradient that is no number", result({ passing: [[], [Float32Array.of(Number.NaN)]] }), /block 1/],
  ] as const)("refuses %s", (_, found, message) => {
    expect(() => checkSweep(ROWS, found, KNOWN)).toThrow(ConsistencyError);
    expect(() => checkSweep(ROWS, found, KNOWN)).toThrow(message);
  });
});

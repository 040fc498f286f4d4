import { describe, expect, it } from "vitest";
import { holm } from "./holm.ts";

describe("holm()", () => {
  it("multiplies the k-th smallest by n + 1 - k and keeps the order (R: p.adjust(c(.01, .04, .03, .005), 'holm'))", () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toBeAllClose([0.03, 0.06, 0.06, 0.02]);
  });

  it("leaves one p-value alone, and exceeds 1 never", () => {
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { Pacer } from "./pacer.ts";

describe("Pacer", () => {
  it("admits everything without a deadline", () => {
    expect(new Pacer(Number.POSITIVE_INFINITY, () => 1e9).admit([1, 1, 1], 2)).toBe(2);
  });

  it("admits what fits the time that is left, by the pace of the last run", () => {
    let now = 0;
    const pacer = new Pacer(100, () => now);
    pacer.record([1, 1], 1000); // compiles: says nothing
    pacer.record([2, 2], 40); // 10 ms a feature
    now = 40;
    expect(pacer.admit([3, 2, 1, 1], 4)).toBe(3); // 60 ms left
    expect(pacer.admit([3, 2, 1, 1], 2)).toBe(2);
    expect(pacer.admit([7], 1)).toBe(0);
    now = 100;
    expect(pacer.admit([1], 1)).toBe(0);
  });

  it("is careful while it does not know the pace", () => {
    const pacer = new Pacer(100, () => 0);
    expect(pacer.admit([1, 1, 1], 3)).toBe(3);
    pacer.record([1], 5);
    expect(pacer.admit([1, 1, 1], 3)).toBe(1);
  });
});

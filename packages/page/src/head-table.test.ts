import type { Item } from "@calig/core/internal/render/evidence";
import { describe, expect, it } from "vitest";
import { headsOf } from "./head-table.ts";

const item = (index: number, features: readonly number[]): Item => ({
  index,
  label: String(index),
  name: String(index),
  features,
  attribution: 0,
});

describe("headsOf()", () => {
  it("by hand: sums the tokens of a word, leaves out special ones, and sorts by all evidence", () => {
    // Features 0 and 4 are special; word 0 has features 1 and 2, word 1 has feature 3.
    const items = [item(0, [1, 2]), item(1, [3])];
    const heads = [
      [9, 1, 2, -0.5, 9],
      [0, -4, 1, -1, 0],
    ];
    expect(headsOf(items, heads)).toEqual([
      { index: 1, supports: 0, opposes: -4, values: [-3, -1] },
      { index: 0, supports: 3, opposes: -0.5, values: [3, -0.5] },
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { keptLengths } from "./truncation.ts";

describe("keptLengths()", () => {
  it("keeps the beginning of a single text", () => {
    expect(keptLengths([9], 5)).toEqual([5]);
    expect(keptLengths([3], 5)).toEqual([3]);
  });

  it.each([
    ["both fit", [3, 4], 7, [3, 4]],
    ["only the second is long", [2, 20], 10, [2, 8]],
    ["only the first is long", [20, 2], 10, [8, 2]],
    ["both are long, even room", [20, 30], 10, [5, 5]],
    ["both are long, odd room: the longer keeps one more", [20, 30], 11, [5, 6]],
    ["both are long, odd room, first longer", [30, 20], 11, [6, 5]],
    ["the shorter alone is too long", [15, 30], 10, [5, 5]],
  ])("keeps of a pair, when %s, %j in %i: %j", (_, lengths, room, kept) => {
    expect(keptLengths(lengths, room)).toEqual(kept);
  });
});

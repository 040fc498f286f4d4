import { describe, expect, it } from "vitest";
import { utf16OffsetsOf } from "./code-points.ts";

describe("utf16OffsetsOf()", () => {
  it("leaves offsets as they are where every character is one UTF-16 unit", () => {
    const toUtf16 = utf16OffsetsOf("héllo 中");
    expect([0, 3, 7].map(toUtf16)).toEqual([0, 3, 7]);
  });

  it("counts characters beyond the basic plane as two", () => {
    const toUtf16 = utf16OffsetsOf("a😀b𠮷");
    expect([0, 1, 2, 3, 4].map(toUtf16)).toEqual([0, 1, 3, 4, 6]);
  });

  it("counts a lone surrogate as one", () => {
    const text = "\udc00😀\ud800x";
    const toUtf16 = utf16OffsetsOf(text);
    expect([0, 1, 2, 3, 4].map(toUtf16)).toEqual([0, 1, 3, 4, 5]);
    expect([0, 1, 2].map(utf16OffsetsOf("\ud800x"))).toEqual([0, 1, 2]);
  });

  it("gives the length of the text for offsets beyond it", () => {
    expect(utf16OffsetsOf("ab")(9)).toBe(2);
    expect(utf16OffsetsOf("😀")(9)).toBe(2);
    expect(utf16OffsetsOf("")(1)).toBe(0);
  });
});

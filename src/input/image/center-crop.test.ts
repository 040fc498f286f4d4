import { describe, expect, it } from "vitest";
import { centerCrop } from "./center-crop.ts";
import { rgbImage } from "./rgb-image.ts";

/** Pixels are numbered from 1, all channels alike. */
const numbered = (width: number, height: number) =>
  rgbImage(
    width,
    height,
    Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3) + 1),
  );
const numbers = ({ data }: { readonly data: Uint8Array }) => Array.from(data).filter((_, i) => i % 3 === 0);

describe("centerCrop()", () => {
  it("cuts out the middle; an odd rest is left at the bottom and the right", () => {
    const { image, left, top } = centerCrop(numbered(5, 4), { width: 2, height: 2 });
    expect([left, top]).toEqual([1, 1]);
    expect(numbers(image)).toEqual([7, 8, 12, 13]);
  });

  it("adds black around a smaller picture; an odd rest is added at the top and the left", () => {
    const { image, left, top } = centerCrop(numbered(2, 1), { width: 3, height: 4 });
    expect([left, top]).toEqual([-1, -2]);
    expect(numbers(image)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0]);
  });

  it("cuts along one axis and adds along the other", () => {
    const { image } = centerCrop(numbered(4, 1), { width: 2, height: 3 });
    expect(numbers(image)).toEqual([0, 0, 2, 3, 0, 0]);
  });
});

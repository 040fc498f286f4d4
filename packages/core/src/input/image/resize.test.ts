import { describe, expect, it } from "vitest";
import { resizeImage } from "./resize.ts";
import { RESIZE_FILTERS } from "./resize-filters.ts";
import { rgbImage } from "./rgb-image.ts";

const grey = (width: number, bytes: readonly number[]) =>
  rgbImage(width, bytes.length / width, Uint8Array.from(bytes.flatMap((byte) => [byte, byte, byte])));
const red = ({ data }: { readonly data: Uint8Array }) => Array.from(data).filter((_, i) => i % 3 === 0);

describe("resizeImage()", () => {
  it.each(RESIZE_FILTERS)("keeps a picture of one colour: %s", (filter) => {
    const image = grey(4, new Array<number>(12).fill(200));
    expect(new Set(red(resizeImage(image, { width: 7, height: 2 }, filter)))).toEqual(new Set([200]));
  });

  it("averages with a filter that is as wide as the pixels of the result", () => {
    expect(red(resizeImage(grey(4, [10, 20, 30, 50]), { width: 2, height: 1 }, "box"))).toEqual([15, 40]);
  });

  it("does not change the picture it is given, and gives it back in its own size", () => {
    const image = grey(2, [1, 2, 3, 4]);
    resizeImage(image, { width: 1, height: 1 }, "bicubic");
    expect(red(image)).toEqual([1, 2, 3, 4]);
    expect(resizeImage(image, { width: 2, height: 2 }, "lanczos")).toBe(image);
  });

  it("keeps red, green and blue apart", () => {
    const image = rgbImage(2, 1, Uint8Array.of(0, 100, 200, 10, 110, 210));
    expect(Array.from(resizeImage(image, { width: 1, height: 1 }, "bilinear").data)).toEqual([5, 105, 205]);
  });
});

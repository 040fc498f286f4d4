import { describe, expect, it } from "vitest";
import { originalRectangle, type PixelMap, patchRectangle, seenRectangle } from "./pixel-map.ts";
import { fitImage } from "./process-image.ts";
import { rgbImage } from "./rgb-image.ts";

const blank = (width: number, height: number) => rgbImage(width, height, new Uint8Array(width * height * 3));

/** 400 x 200 picture, resized to 64 x 32, of which the model sees the middle 32 x 32 in patches of 8. */
const cropped = fitImage(blank(400, 200), {
  resize: { to: { shortestEdge: 32 }, filter: "bilinear" },
  crop: { width: 32, height: 32 },
}).map;

describe("fitImage()", () => {
  it("says where the input lies on the picture", () => {
    expect(cropped).toEqual({
      original: { width: 400, height: 200 },
      resized: { width: 64, height: 32 },
      left: 16,
      top: 0,
      input: { width: 32, height: 32 },
    });
  });
});

describe("patchRectangle()", () => {
  it("leads back to the picture through crop and resize", () => {
    expect(patchRectangle(cropped, 8, 0, 0)).toEqual({ x: 100, y: 0, width: 50, height: 50 });
    expect(patchRectangle(cropped, 8, 3, 2)).toEqual({ x: 200, y: 150, width: 50, height: 50 });
  });

  it("fills what the model saw without gaps, where both axes are stretched differently", () => {
    const map = fitImage(blank(37, 91), {
      resize: { to: { width: 30, height: 26 }, filter: "box" },
      crop: { width: 24, height: 24 },
    }).map;
    const seen = seenRectangle(map);
    const patches = Array.from({ length: 9 }, (_, i) => patchRectangle(map, 8, Math.floor(i / 3), i % 3));
    const area = patches.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(area).toBeCloseTo(seen.width * seen.height, 9);
    expect(Math.min(...patches.map(({ x }) => x))).toBe(seen.x);
    expect(Math.max(...patches.map(({ y, height }) => y + height))).toBeCloseTo(seen.y + seen.height, 9);
  });

  it("is cut off where black was added, down to nothing", () => {
    const map: PixelMap = fitImage(blank(16, 12), { resize: undefined, crop: { width: 32, height: 32 } }).map;
    expect(map).toMatchObject({ left: -8, top: -10 });
    expect(seenRectangle(map)).toEqual({ x: 0, y: 0, width: 16, height: 12 });
    expect(patchRectangle(map, 8, 1, 1)).toEqual({ x: 0, y: 0, width: 8, height: 6 });
    expect(patchRectangle(map, 8, 0, 1)).toMatchObject({ width: 8, height: 0 });
    expect(originalRectangle(map, { x: 24, y: 24, width: 8, height: 8 })).toEqual({
      x: 16,
      y: 12,
      width: 0,
      height: 0,
    });
  });
});

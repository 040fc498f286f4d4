import { describe, expect, it } from "vitest";
import { blurImage, IMAGE_REPLACEMENTS, substituteImage } from "./replacement.ts";
import { rgbImage } from "./rgb-image.ts";

const PROCESSOR = {
  rescale: 1 / 255,
  normalise: { mean: [0.5, 0.2, 1], std: [0.5, 0.5, 0.5] },
} as const;
const OPTIONS = { processor: PROCESSOR, seed: 3 };
const PICTURE = rgbImage(
  5,
  4,
  Uint8Array.from({ length: 60 }, (_, index) => (index * 37) % 256),
);

describe("substituteImage()", () => {
  it.each(IMAGE_REPLACEMENTS)("makes a picture of the same size without changing the given one: %s", (name) => {
    const before = PICTURE.data.slice();
    const { width, height } = substituteImage(PICTURE, name, OPTIONS);
    expect([width, height]).toEqual([5, 4]);
    expect(PICTURE.data).toEqual(before);
  });

  it("fills with one colour", () => {
    expect(new Set(substituteImage(PICTURE, "black", OPTIONS).data)).toEqual(new Set([0]));
    expect(new Set(substituteImage(PICTURE, "white", OPTIONS).data)).toEqual(new Set([255]));
    expect([...substituteImage(PICTURE, "mean", OPTIONS).data.slice(0, 6)]).toEqual([128, 51, 255, 128, 51, 255]);
  });

  it("draws the same noise for the same seed", () => {
    const noise = (seed: number) => [...substituteImage(PICTURE, "noise", { ...OPTIONS, seed }).data];
    expect(noise(1)).toEqual(noise(1));
    expect(noise(1)).not.toEqual(noise(2));
  });
});

describe("blurImage()", () => {
  it("leaves a plain picture as it is", () => {
    const plain = rgbImage(7, 3, new Uint8Array(63).fill(91));
    expect(blurImage(plain, 4).data).toEqual(plain.data);
  });

  it("spreads a point as a Gaussian, each channel for itself", () => {
    const data = new Uint8Array(9 * 9 * 3);
    data[(4 * 9 + 4) * 3 + 1] = 255;
    const { data: blurred } = blurImage(rgbImage(9, 9, data), 1);
    const at = (x: number, y: number) => blurred[(y * 9 + x) * 3 + 1];
    // exp(-d^2 / 2) / 2 pi, cut off at three standard deviations.
    expect([at(4, 4), at(5, 4), at(4, 3), at(5, 5), at(6, 4)]).toEqual([41, 25, 25, 15, 5]);
    expect(blurred.filter((_, index) => index % 3 !== 1).every((byte) => byte === 0)).toBe(true);
  });

  it("reflects at the edges without repeating them", () => {
    const row = rgbImage(3, 1, Uint8Array.from([0, 0, 0, 90, 90, 90, 180, 180, 180]));
    const { data } = blurImage(row, 1 / 3); // weights of 0 and 1: 1 and e^-4.5 over their sum
    const edge = Math.exp(-4.5) / (1 + 2 * Math.exp(-4.5));
    expect(data[0]).toBe(Math.round(2 * edge * 90));
    expect(data[3]).toBe(90);
  });
});

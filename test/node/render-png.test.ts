/** @file Explanations as PNG: their size, the colours at known places, and what is refused. */

import { paletteOf } from "@calig/core/internal/render/palette";
import { patchBound, signedScale } from "@calig/core/internal/render/scale";
import { renderSvg } from "@calig/core/internal/render/svg";
import { renderPng } from "@calig/node/internal/render/png";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { image, scripts, sentence } from "../render/fixtures.ts";

const sizeOf = (svg: string) =>
  /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.slice(1).map(Number) as [number, number];

async function pixelsOf(png: Uint8Array) {
  expect((await sharp(png).metadata()).hasAlpha).toBe(false);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    at: (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)],
  };
}

describe("renderPng()", () => {
  test.each([
    ["a text", sentence],
    ["texts in several scripts", scripts],
    ["a picture", image],
  ])("draws the SVG of %s at twice its size", async (_, explanation) => {
    const [width, height] = sizeOf(renderSvg(explanation));
    const png = await pixelsOf(await renderPng(explanation));
    expect(png.width).toBe(2 * width);
    expect(Math.abs(png.height - 2 * height)).toBeLessThanOrEqual(1);
    // Opaque to the edge, on the background of the palette.
    for (const [x, y] of [
      [0, 0],
      [png.width - 1, png.height - 1],
    ] as const) {
      expect(png.at(x, y)).toEqual([...paletteOf().neutral]);
    }
  });

  test("gives each patch its colour", async () => {
    const { at } = await pixelsOf(await renderPng(image, { overlay: "patches", blockMaps: false, scale: 1 }));
    const values = image.attribution.filter((_, feature) => !image.features[feature]!.special);
    const scale = signedScale(values, { bound: patchBound(values) });
    const palette = paletteOf();
    // 14 patches of 32, in the middle of 720; the picture begins below the margin and the head.
    const [left, top] = [(720 - 14 * 32) / 2, 24 + 60];
    for (const [i, value] of values.entries()) {
      const found = at(left + 32 * (i % 14) + 16, top + 32 * Math.floor(i / 14) + 16);
      const wanted = palette.color(scale.level(value));
      expect(Math.max(...found.map((channel, c) => Math.abs(channel - wanted[c]!)))).toBeLessThanOrEqual(1);
    }
  });

  test("draws the smooth map in the colours of both sides, and the picture under it", async () => {
    const white = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    const picture = `data:image/png;base64,${white.toString("base64")}`;
    const { at } = await pixelsOf(await renderPng(image, { picture, blockMaps: false, scale: 1 }));
    // The map stands beside the picture, each in half of the room between the margins.
    const half = (720 - 2 * 24 - 16) / 2;
    const [left, top, side] = [24 + half + 16, 24 + 60, half / 14];
    const centre = (row: number, column: number) =>
      at(Math.round(left + side * (column + 0.5)), Math.round(top + side * (row + 0.5)));
    const [strongest] = image.supporting;
    const [against] = image.opposing;
    const warm = centre(strongest!.row, strongest!.column);
    const cool = centre(against!.row, against!.column);
    expect(warm[0]! - warm[2]!).toBeGreaterThan(60);
    expect(cool[2]! - cool[0]!).toBeGreaterThan(60);
  });

  test("refuses scales that are none", async () => {
    await expect(renderPng(sentence, { scale: 0 })).rejects.toThrow(
      "Cannot draw at scale 0: give a number above 0, at most 8",
    );
    await expect(renderPng(sentence, { scale: 9 })).rejects.toThrow("Cannot draw at scale 9");
  });
});

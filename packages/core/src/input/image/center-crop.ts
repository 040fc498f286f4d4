/** @file Where the middle of a picture is, as transformers (image_transforms.center_crop) and torchvision find it, and what is added where the picture is smaller. */

import { roundToEven } from "../../util/round-to-even.ts";
import { CHANNELS, type RgbImage, rgbImage, type Size } from "./rgb-image.ts";

/** Where the middle lies between two pixels: the one before it (transformers), or the even one (torchvision). */
export type CropRounding = "down" | "even";

/** A part of a picture, in whole pixels; it may reach beyond the picture. */
export interface PixelWindow extends Size {
  readonly left: number;
  readonly top: number;
}

/** The middle part of a picture; negative places where it is larger than the picture. */
export const centerWindow = (from: Size, { width, height }: Size, rounding: CropRounding = "down"): PixelWindow => ({
  left: startOf(from.width, width, rounding),
  top: startOf(from.height, height, rounding),
  width,
  height,
});

function startOf(from: number, length: number, rounding: CropRounding): number {
  const half = (from - length) / 2;
  if (rounding === "down") return Math.floor(half);
  // torchvision adds the shorter half first, and rounds what it cuts as Python does; + 0 makes no negative zero.
  return half < 0 ? Math.ceil(half) + 0 : roundToEven(half);
}

/** The part of a window that lies within a picture. */
export function within({ left, top, width, height }: PixelWindow, picture: Size): PixelWindow {
  const [first, last] = [Math.max(left, 0), Math.min(left + width, picture.width)];
  const [upper, lower] = [Math.max(top, 0), Math.min(top + height, picture.height)];
  return { left: first, top: upper, width: last - first, height: lower - upper };
}

/** A window of which only the part `shown` is known, `part`: black is added around it. */
export function addBlack(part: RgbImage, shown: PixelWindow, { left, top, width, height }: PixelWindow): RgbImage {
  if (part.width === width && part.height === height) return part;
  const result = new Uint8Array(width * height * CHANNELS);
  for (let y = 0; y < part.height; y++) {
    const row = part.data.subarray(y * part.width * CHANNELS, (y + 1) * part.width * CHANNELS);
    result.set(row, ((y + shown.top - top) * width + shown.left - left) * CHANNELS);
  }
  return rgbImage(width, height, result);
}

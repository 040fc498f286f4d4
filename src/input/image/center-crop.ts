/** @file The middle of a picture, as transformers cuts it out (image_transforms.center_crop). */

import { CHANNELS, type RgbImage, rgbImage, type Size } from "./rgb-image.ts";

/** A part of a picture, and where its top left corner was; negative where black was added. */
export interface Crop {
  readonly image: RgbImage;
  readonly left: number;
  readonly top: number;
}

/** The middle `size` of a picture; where the picture is smaller, black is added around it. */
export function centerCrop({ width: fromWidth, height: fromHeight, data }: RgbImage, { width, height }: Size): Crop {
  const left = Math.floor((fromWidth - width) / 2);
  const top = Math.floor((fromHeight - height) / 2);
  const result = new Uint8Array(width * height * CHANNELS);
  const firstColumn = Math.max(left, 0);
  const lastColumn = Math.min(left + width, fromWidth);
  for (let y = Math.max(top, 0); y < Math.min(top + height, fromHeight); y++) {
    const row = data.subarray((y * fromWidth + firstColumn) * CHANNELS, (y * fromWidth + lastColumn) * CHANNELS);
    result.set(row, ((y - top) * width + firstColumn - left) * CHANNELS);
  }
  return { image: rgbImage(width, height, result), left, top };
}

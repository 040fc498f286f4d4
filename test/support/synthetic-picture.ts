/** @file Pictures whose pixels are hashes of their places. Twin of `picture` in tools/make_image_reference.py. */

import { type RgbImage, rgbImage } from "@calig/core/internal/input/image/rgb-image";
import { uniform } from "./hashed-weights.ts";

/** Noise; `hard`: of bytes 0 and 255 only. */
export function syntheticPicture(width: number, height: number, hard = false): RgbImage {
  const bytes = Uint8Array.from(uniform(`picture ${width}x${height}`, width * height * 3), (u) => (u + 1) * 128);
  return rgbImage(width, height, hard ? bytes.map((byte) => (byte < 128 ? 0 : 255)) : bytes);
}

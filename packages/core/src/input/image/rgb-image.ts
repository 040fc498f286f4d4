/** @file A decoded picture: 8-bit sRGB pixels, without alpha, the right way up. */

import { ShapeError } from "../../errors.ts";

/** Sizes in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels row by row from the top left, three bytes each: red, green, blue. */
export interface RgbImage extends Size {
  readonly data: Uint8Array;
  /** What was left out when the picture was read; explanations of it carry these on. */
  readonly warnings?: readonly ImageWarning[];
  /** How its file was read, where that was not as always; explanations of it tell. */
  readonly reading?: ImageReading;
}

/** What was chosen in the place of Pillow's way; see `ToRgbOptions`. */
export interface ImageReading {
  readonly background?: string;
  readonly deepGrey?: DeepGrey;
}

export const DEEP_GREYS = ["clip", "scale"] as const;
export type DeepGrey = (typeof DEEP_GREYS)[number];

export interface ImageWarning {
  readonly code: string;
  readonly message: string;
}

export const CHANNELS = 3;

/** A picture over `data` (not copied). @throws {ShapeError} When the sizes are not whole or do not fit `data`. */
export function rgbImage(width: number, height: number, data: Uint8Array): RgbImage {
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width >= 1 && height >= 1;
  if (whole && data.length === width * height * CHANNELS) return { width, height, data };
  throw new ShapeError(
    `Cannot make a picture of ${width} x ${height} pixels from ${data.length} bytes: it needs at least one pixel, and ${CHANNELS} bytes for each`,
  );
}

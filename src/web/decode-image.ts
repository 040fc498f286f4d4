/** @file Image files to pixels, by the browser's own decoders. */

import { InputError } from "../errors.ts";
import { CHANNELS, type RgbImage, rgbImage } from "../input/image/rgb-image.ts";

export interface DecodeImageOptions {
  /** Largest number of pixels that is taken, >= 1. Default 100 million. */
  readonly maxPixels?: number;
}

const DEFAULT_MAX_PIXELS = 100_000_000;

/**
 * Decodes a picture to 8-bit RGB: whatever the browser shows (PNG, JPEG, WebP, GIF, most AVIF), in full size, the way up
 * that the camera noted, transparent parts on white, without applying colour profiles: as in Node. What becomes of the
 * pixels after that (resizing, cropping) is the same code everywhere. Decoders of JPEG differ by a few steps of 255.
 *
 * @throws {InputError} When the browser cannot decode it, or it holds too many pixels.
 */
export async function decodeImage(
  source: Blob | Uint8Array,
  { maxPixels = DEFAULT_MAX_PIXELS }: DecodeImageOptions = {},
): Promise<RgbImage> {
  const blob = source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>]);
  const bitmap = await createImageBitmap(blob, {
    imageOrientation: "from-image",
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  }).catch((cause: unknown) => {
    const found = blob.size === 0 ? "it is empty" : "the browser cannot decode it";
    throw new InputError(`Cannot read the picture: ${found}; give a PNG, JPEG, WebP or GIF file`, { cause });
  });
  try {
    const { width, height } = bitmap;
    if (width * height > maxPixels) {
      throw new InputError(
        `Cannot read the picture: it has ${width} x ${height} pixels, the limit is ${maxPixels}; make it smaller, or raise the limit`,
      );
    }
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null)
      throw new InputError("Cannot read the picture: the browser gives no canvas; use another browser");
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    return rgbImage(width, height, withoutAlpha(context.getImageData(0, 0, width, height).data));
  } finally {
    bitmap.close();
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const pixels = rgba.length / 4;
  const rgb = new Uint8Array(pixels * CHANNELS);
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) rgb[CHANNELS * i + channel] = rgba[4 * i + channel] as number;
  }
  return rgb;
}

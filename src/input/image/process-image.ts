/** @file A decoded picture becomes the input of a model, with the same numbers as transformers' PIL processors. */

import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { centerCrop } from "./center-crop.ts";
import type { ImageProcessor, ResizeTarget } from "./image-processor.ts";
import type { PixelMap } from "./pixel-map.ts";
import { resizeImage } from "./resize.ts";
import { CHANNELS, type RgbImage, type Size } from "./rgb-image.ts";

/** A picture as a model sees it, still in bytes, and where on the original it lies. */
export interface FittedImage {
  readonly image: RgbImage;
  readonly map: PixelMap;
}

/** Resizes and crops a picture. */
export function fitImage(image: RgbImage, { resize, crop }: Pick<ImageProcessor, "resize" | "crop">): FittedImage {
  const resized = resize === undefined ? image : resizeImage(image, targetSize(image, resize.to), resize.filter);
  const cropped = crop === undefined ? { image: resized, left: 0, top: 0 } : centerCrop(resized, crop);
  return {
    image: cropped.image,
    map: {
      original: sizeOf(image),
      resized: sizeOf(resized),
      left: cropped.left,
      top: cropped.top,
      input: sizeOf(cropped.image),
    },
  };
}

/**
 * Rescales and normalises a fitted picture.
 *
 * Shapes: height x width pixels -> [1, 3, height, width].
 * Every step rounds to float32, as NumPy does; a byte has only 256 values, so each is computed once.
 */
export function toPixelTensor(
  { width, height, data }: RgbImage,
  processor: Pick<ImageProcessor, "rescale" | "normalise">,
): FloatTensor {
  const plane = width * height;
  const pixels = new Float32Array(CHANNELS * plane);
  for (let c = 0; c < CHANNELS; c++) {
    const values = valuesOfBytes(processor, c);
    for (let i = 0; i < plane; i++) pixels[c * plane + i] = values[data[i * CHANNELS + c] as number] as number;
  }
  return floatTensor(pixels, [1, CHANNELS, height, width]);
}

/** What each byte of a channel becomes. */
function valuesOfBytes(
  { rescale, normalise }: Pick<ImageProcessor, "rescale" | "normalise">,
  channel: number,
): Float32Array {
  const mean = Math.fround(normalise?.mean[channel] ?? 0);
  const std = Math.fround(normalise?.std[channel] ?? 1);
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const scaled = Math.fround(rescale === undefined ? byte : byte * rescale);
    return Math.fround(scaled - mean) / std;
  });
}

/** The size of every picture that a processor makes; undefined where it depends on the picture. */
export function processedSize({ resize, crop }: Pick<ImageProcessor, "resize" | "crop">): Size | undefined {
  if (crop !== undefined) return crop;
  return resize === undefined || "shortestEdge" in resize.to ? undefined : resize.to;
}

/** transformers' get_resize_output_image_size: the longer side is cut off, not rounded. */
function targetSize({ width, height }: Size, to: ResizeTarget): Size {
  if (!("shortestEdge" in to)) return to;
  const long = Math.trunc((to.shortestEdge * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: to.shortestEdge, height: long } : { width: long, height: to.shortestEdge };
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

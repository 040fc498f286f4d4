/** @file A decoded picture becomes the input of a model, with the same numbers as transformers' PIL processors. */

import { InputError } from "../../errors.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { roundToEven } from "../../util/round-to-even.ts";
import { addBlack, centerWindow, within } from "./center-crop.ts";
import type { ByteSteps, ImageProcessor, ResizeTarget } from "./image-processor.ts";
import type { PixelMap } from "./pixel-map.ts";
import { resizeImage } from "./resize.ts";
import { CHANNELS, type RgbImage, type Size } from "./rgb-image.ts";

/** A picture as a model sees it, still in bytes, and where on the original it lies. */
export interface FittedImage {
  readonly image: RgbImage;
  readonly map: PixelMap;
}

/** Resizes and crops a picture. What is cut away is not computed: a picture of 1 x 4000 costs no more than others. */
export function fitImage(
  image: RgbImage,
  { resize, crop, cropRounding }: Pick<ImageProcessor, "resize" | "crop" | "cropRounding">,
): FittedImage {
  const to = resize === undefined ? sizeOf(image) : targetSize(image, resize.to);
  const window = crop === undefined ? { left: 0, top: 0, ...to } : centerWindow(to, crop, cropRounding);
  const shown = within(window, to);
  checkSize(to, window);
  const fitted = addBlack(resizeImage(image, to, resize?.filter ?? "nearest", shown), shown, window);
  return {
    image: fitted,
    map: { original: sizeOf(image), resized: to, left: window.left, top: window.top, input: sizeOf(fitted) },
  };
}

/** Pixels of one picture as a model sees it, 4096 x 4096: ten times those of the largest models. */
export const MOST_PIXELS = 2 ** 24;
/** On a side, before what is cut away is: places are counted in it. */
const LONGEST_SIDE = 1e9;

function checkSize(to: Size, window: Size): void {
  const fits = window.width * window.height <= MOST_PIXELS && Math.max(to.width, to.height) <= LONGEST_SIDE;
  if (fits && Math.min(to.width, to.height) >= 1) return;
  throw new InputError(
    `Cannot prepare the picture: the model's preprocessor makes it ${to.width} x ${to.height} pixels large and takes ${window.width} x ${window.height} of them, wanted at most ${MOST_PIXELS} in all; correct preprocessor_config.json`,
  );
}

/**
 * Rescales and normalises a fitted picture.
 *
 * Shapes: height x width pixels -> [1, 3, height, width].
 * Every step rounds to float32, as NumPy does; a byte has only 256 values, so each is computed once.
 */
export function toPixelTensor({ width, height, data }: RgbImage, processor: ByteSteps): FloatTensor {
  const plane = width * height;
  const pixels = new Float32Array(CHANNELS * plane);
  for (let c = 0; c < CHANNELS; c++) {
    const values = valuesOfBytes(processor, c);
    const from = processor.channels === "bgr" ? CHANNELS - 1 - c : c;
    for (let i = 0; i < plane; i++) pixels[c * plane + i] = values[data[i * CHANNELS + from] as number] as number;
  }
  return floatTensor(pixels, [1, CHANNELS, height, width]);
}

/** What each byte of a channel becomes. */
function valuesOfBytes({ rescale, offset = 0, normalise, divide }: ByteSteps, channel: number): Float32Array {
  const mean = Math.fround(normalise?.mean[channel] ?? 0);
  const std = Math.fround(normalise?.std[channel] ?? 1);
  const last = Math.fround(divide?.[channel] ?? 1);
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const scaled = Math.fround(Math.fround(rescale === undefined ? byte : byte * rescale) - offset);
    return Math.fround(Math.fround(scaled - mean) / std) / last;
  });
}

/** The size of every picture that a processor makes; undefined where it depends on the picture. */
export function processedSize({ resize, crop }: Pick<ImageProcessor, "resize" | "crop">): Size | undefined {
  if (crop !== undefined) return crop;
  return resize !== undefined && "width" in resize.to ? resize.to : undefined;
}

function targetSize({ width, height }: Size, to: ResizeTarget): Size {
  if ("width" in to) return to;
  if ("cover" in to) {
    // timm's ResizeKeepRatio
    const ratio = Math.min(height / to.cover.height, width / to.cover.width);
    return { width: roundToEven(width / ratio), height: roundToEven(height / ratio) };
  }
  // transformers' get_resize_output_image_size: the longer side is cut off, not rounded.
  const long = Math.trunc((to.shortestEdge * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: to.shortestEdge, height: long } : { width: long, height: to.shortestEdge };
}

const sizeOf = ({ width, height }: Size): Size => ({ width, height });

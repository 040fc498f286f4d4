/**
 * @file Resizes pictures exactly as Pillow does, so that a model sees here what it sees in Python.
 *
 * Pillow filters with antialiasing: when a picture becomes smaller, the kernel is widened by the same factor. It works
 * in 8-bit fixed point, rows first, then columns, and rounds and clips to bytes in between. All of that is kept
 * (src/libImaging/Resample.c and Geometry.c of Pillow 3.4 to 12). Pillow 13 does the columns first where the height
 * shrinks much more than the width; calig keeps the order that published models were trained and measured with.
 */

import type { PixelWindow } from "./center-crop.ts";
import { RESIZE_KERNELS, type ResizeFilter, type ResizeKernel } from "./resize-filters.ts";
import { CHANNELS, type RgbImage, rgbImage, type Size } from "./rgb-image.ts";

/** Fractional bits of a weight: a product with a byte, and a sum's overshoot, still fit into 32 bits. */
const PRECISION_BITS = 32 - 8 - 2;

/** Places along one axis: of the result, or of the source. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * `image` in another size; the same pixels as `PIL.Image.resize(size, resample)`.
 *
 * @param window - The part of the result that is computed; it must lie within. Default all.
 * Cost: per pixel of the window about 2 * support * scale products, twice.
 */
export function resizeImage(
  image: RgbImage,
  { width, height }: Size,
  filter: ResizeFilter,
  window: PixelWindow = { left: 0, top: 0, width, height },
): RgbImage {
  const columns = { start: window.left, end: window.left + window.width };
  const rows = { start: window.top, end: window.top + window.height };
  if (width === image.width && height === image.height) return cut(image, columns, rows);
  if (filter === "nearest") return pickNearest(image, { width, height }, columns, rows);
  const kernel = RESIZE_KERNELS[filter];
  const across = width === image.width ? undefined : precomputeTaps(image.width, width, columns, kernel);
  const down = height === image.height ? undefined : precomputeTaps(image.height, height, rows, kernel);
  const needed = down === undefined ? rows : sourceOf(down);
  const wide = across === undefined ? cut(image, columns, needed) : resizeRows(image, across, needed);
  return down === undefined ? wide : resizeColumns(wide, down, needed.start);
}

/** A part of a picture; the picture itself where that is all of it. */
function cut(image: RgbImage, columns: Range, rows: Range): RgbImage {
  const [width, height] = [columns.end - columns.start, rows.end - rows.start];
  if (width === image.width && height === image.height) return image;
  const result = new Uint8Array(width * height * CHANNELS);
  for (let y = 0; y < height; y++) {
    const at = ((rows.start + y) * image.width + columns.start) * CHANNELS;
    result.set(image.data.subarray(at, at + width * CHANNELS), y * width * CHANNELS);
  }
  return rgbImage(width, height, result);
}

/** The source pixels that make up each pixel of the result along one axis. */
interface Taps {
  /** First source pixel of each result pixel. */
  readonly first: Int32Array;
  /** How many source pixels each result pixel has. */
  readonly count: Int32Array;
  /** Fixed-point weights, `stride` places for each result pixel. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** The source pixels that any of the taps reads. */
function sourceOf({ first, count }: Taps): Range {
  const last = first.length - 1;
  return { start: first[0] as number, end: (first[last] as number) + (count[last] as number) };
}

function precomputeTaps(from: number, to: number, places: Range, { support, weight }: ResizeKernel): Taps {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const reach = support * filterScale;
  const stride = Math.ceil(reach) * 2 + 1;
  const length = places.end - places.start;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const center = (places.start + i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - reach + 0.5), 0);
    const taps = Math.min(Math.trunc(center + reach + 0.5), from) - start;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      // Pillow multiplies by the inverse of the scale; dividing would round differently.
      exact[t] = weight((t + start - center + 0.5) * (1 / filterScale));
      sum += exact[t] as number;
    }
    for (let t = 0; t < taps; t++) {
      const share = (sum === 0 ? (exact[t] as number) : (exact[t] as number) / sum) * (1 << PRECISION_BITS);
      weights[i * stride + t] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    }
    first[i] = start;
    count[i] = taps;
  }
  return { first, count, weights, stride };
}

/** A fixed-point sum as a byte, clipped; the sum starts at one half for rounding. */
const HALF = 1 << (PRECISION_BITS - 1);
const toByte = (sum: number): number => {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

function resizeRows({ width: from, data }: RgbImage, taps: Taps, rows: Range): RgbImage {
  const { first, count, weights, stride } = taps;
  const [to, height] = [first.length, rows.end - rows.start];
  const result = new Uint8Array(to * height * CHANNELS);
  let out = 0;
  for (let y = rows.start; y < rows.end; y++) {
    for (let x = 0; x < to; x++) {
      let [red, green, blue] = [HALF, HALF, HALF];
      let at = (y * from + (first[x] as number)) * CHANNELS;
      const start = x * stride;
      const end = start + (count[x] as number);
      for (let w = start; w < end; w++) {
        const weight = weights[w] as number;
        red += (data[at++] as number) * weight;
        green += (data[at++] as number) * weight;
        blue += (data[at++] as number) * weight;
      }
      result[out++] = toByte(red);
      result[out++] = toByte(green);
      result[out++] = toByte(blue);
    }
  }
  return rgbImage(to, height, result);
}

/** @param start - The source row that the first row of the picture is. */
function resizeColumns({ width, data }: RgbImage, { first, count, weights, stride }: Taps, start: number): RgbImage {
  const to = first.length;
  const row = width * CHANNELS;
  const result = new Uint8Array(row * to);
  const sums = new Int32Array(row);
  for (let y = 0; y < to; y++) {
    sums.fill(HALF);
    for (let t = 0; t < (count[y] as number); t++) {
      const weight = weights[y * stride + t] as number;
      const at = ((first[y] as number) - start + t) * row;
      for (let i = 0; i < row; i++) (sums[i] as number) += (data[at + i] as number) * weight;
    }
    for (let i = 0; i < row; i++) result[y * row + i] = toByte(sums[i] as number);
  }
  return rgbImage(width, to, result);
}

function pickNearest(
  image: RgbImage,
  { width: toWidth, height: toHeight }: Size,
  across: Range,
  down: Range,
): RgbImage {
  const { width: fromWidth, height: fromHeight, data } = image;
  const columns = nearestPlaces(fromWidth, toWidth).slice(across.start, across.end);
  const rows = nearestPlaces(fromHeight, toHeight).slice(down.start, down.end);
  const [width, height] = [columns.length, rows.length];
  const result = new Uint8Array(width * height * CHANNELS);
  let out = 0;
  for (const y of rows) {
    for (const x of columns) {
      const at = (y * fromWidth + x) * CHANNELS;
      for (let c = 0; c < CHANNELS; c++) result[out++] = data[at + c] as number;
    }
  }
  return rgbImage(width, height, result);
}

/** Source places along one axis. Steps are added up, not multiplied, because that is how Pillow rounds. */
function nearestPlaces(from: number, to: number): number[] {
  const step = from / to;
  let place = step * 0.5;
  return Array.from({ length: to }, () => {
    const picked = Math.min(Math.trunc(place), from - 1);
    place += step;
    return picked;
  });
}

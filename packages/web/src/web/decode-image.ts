/** @file Image files to pixels, by the browser's own decoders; what becomes of the samples is decided as in Node. */

import { InputError, quote } from "@calig/core/internal/errors";
import { bmpHeader, bmpPixels } from "@calig/core/internal/input/image/bmp";
import { isCutOff } from "@calig/core/internal/input/image/cut-off";
import { gifFirstFrame } from "@calig/core/internal/input/image/gif-first-frame";
import { jpegHeader } from "@calig/core/internal/input/image/jpeg-header";
import { netpbmHeader, netpbmPixels } from "@calig/core/internal/input/image/netpbm";
import {
  calledPicture,
  PICTURE_FORMATS,
  type PictureFormat,
  pictureFormat,
} from "@calig/core/internal/input/image/picture-format";
import { pngHeader, stillPng } from "@calig/core/internal/input/image/png-header";
import type { RgbImage } from "@calig/core/internal/input/image/rgb-image";
import { checkReading, type Samples, samplesToRgb, type ToRgbOptions } from "@calig/core/internal/input/image/samples";
import { webpOrientation } from "@calig/core/internal/input/image/webp-orientation";
import { straightPixels } from "./straight-pixels.ts";

/** How a picture is read on a page. */
export interface DecodeImageOptions extends ToRgbOptions {
  /** Largest number of pixels that is taken, >= 1. Default 100 million. */
  readonly maxPixels?: number;
}

const DEFAULT_MAX_PIXELS = 100_000_000;

/**
 * Decodes a picture to the 8-bit RGB that transformers' pipelines make of it with Pillow: PNG, JPEG, WebP, GIF, BMP,
 * PPM, most AVIF; in full size, the way up that the camera noted, without applying colour profiles, transparency ignored
 * unless there is a `background`: as in Node. Decoders of JPEG differ by a few steps of 255. What browsers decode
 * otherwise than Pillow (PNG of 16 bits, CMYK) is refused.
 *
 * @throws {InputError} When it is refused, the browser cannot decode it, or it holds too many pixels.
 * @throws {InvalidOptionError} When `background` is no colour, or `deepGrey` no way to read grey levels.
 */
export async function decodeImage(
  source: Blob | Uint8Array,
  { maxPixels = DEFAULT_MAX_PIXELS, ...toRgb }: DecodeImageOptions = {},
): Promise<RgbImage> {
  checkReading(toRgb); // before anything is decoded
  const bytes = source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source;
  const name = typeof File !== "undefined" && source instanceof File ? source.name : undefined;
  const called = calledPicture(name);
  const format = pictureFormat(bytes, called);
  const fail = (found: string, cause?: unknown) => new InputError(`Cannot read ${called}: ${found}`, { cause });
  const checkSize = ({ width, height }: { readonly width: number; readonly height: number }) => {
    if (width * height <= maxPixels) return;
    throw fail(`it has ${width} x ${height} pixels, the limit is ${maxPixels}; make it smaller, or raise the limit`);
  };
  const refused = refusal(format, bytes);
  if (refused !== undefined) throw fail(refused);
  const image = samplesToRgb(await read(), toRgb, called);
  const frames = format === "png" ? (pngHeader(bytes)?.frames ?? 1) : 1;
  if (frames === 1) return image;
  const message = `The file${name === undefined ? "" : ` ${quote(name)}`} holds ${frames} pictures: only the first is used`;
  return { ...image, warnings: [...(image.warnings ?? []), { code: "first-picture-only", message }] };

  async function read(): Promise<Samples> {
    if (format === "bmp") {
      const header = bmpHeader(bytes, called);
      checkSize(header);
      return bmpPixels(bytes, header, called);
    }
    if (format === "netpbm") {
      const header = netpbmHeader(bytes, called);
      checkSize(header);
      return netpbmPixels(bytes, header, called);
    }
    if (format === "gif") return gifFirstFrame(bytes, decode);
    return decode(format === "png" ? stillPng(bytes) : bytes);
  }

  async function decode(file: Uint8Array): Promise<Samples> {
    const bitmap = await createImageBitmap(new Blob([file as Uint8Array<ArrayBuffer>]), {
      imageOrientation: "from-image",
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
    }).catch((cause: unknown) => {
      throw fail(`the browser cannot decode this ${PICTURE_FORMATS[format]}; save it again, as PNG`, cause);
    });
    try {
      checkSize(bitmap);
      const data = await pixelsOf(bitmap);
      if (data !== undefined) return { kind: "rgb-alpha", width: bitmap.width, height: bitmap.height, data };
      throw fail("it is transparent, and this browser, which has no WebGL, forgets the colours there; save it without");
    } finally {
      bitmap.close();
    }
  }
}

/** What is known that browsers read otherwise than Pillow, or not at all. */
function refusal(format: PictureFormat, bytes: Uint8Array): string | undefined {
  if (isCutOff(format, bytes)) return "it is cut off: its end is missing; copy or download it again";
  if (format === "tiff") return "browsers do not read TIFF; save it as PNG";
  if (format === "png" && pngHeader(bytes)?.depth === 16) {
    return "it is a PNG of 16 bits, of which browsers give 8; save it with 8 bits, or explain it with Node";
  }
  if (format === "jpeg" && jpegHeader(bytes).components === 4) {
    return "it is stored in printing inks (CMYK), which browsers show in colours of their own; convert it to RGB";
  }
  if (format === "webp" && webpOrientation(bytes) !== 1) {
    return "it is a WebP that must be turned (EXIF), which browsers do not do; save it upright, or as JPEG";
  }
  return undefined;
}

/** Red, green, blue, alpha of every pixel; undefined where the browser does not tell the colours of transparent ones. */
async function pixelsOf(bitmap: ImageBitmap): Promise<Uint8Array | undefined> {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null)
    throw new InputError("Cannot read the picture: the browser gives no canvas; use another browser");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  // Exact where nothing is transparent, which is the rule, and on every browser.
  for (let alpha = 3; alpha < data.length; alpha += 4) if (data[alpha] !== 255) return straightPixels(bitmap);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

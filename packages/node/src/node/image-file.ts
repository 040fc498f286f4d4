/**
 * @file Image files to pixels. Most are decoded by libvips (package sharp), which is loaded when the first picture is
 * read, so that nobody needs it for texts. What becomes of the samples is decided here, not by libvips: the pixels are
 * those of Pillow.
 */

import { readFile } from "node:fs/promises";
import { InputError, quote } from "@calig/core/internal/errors";
import { bmpHeader, bmpPixels } from "@calig/core/internal/input/image/bmp";
import { gifFirstFrame } from "@calig/core/internal/input/image/gif-first-frame";
import { jpegHeader } from "@calig/core/internal/input/image/jpeg-header";
import { netpbmHeader, netpbmPixels } from "@calig/core/internal/input/image/netpbm";
import {
  calledPicture,
  PICTURE_FORMATS,
  type PictureFormat,
  pictureFormat,
} from "@calig/core/internal/input/image/picture-format";
import { pngHeader } from "@calig/core/internal/input/image/png-header";
import type { RgbImage } from "@calig/core/internal/input/image/rgb-image";
import { checkReading, type Samples, samplesToRgb, type ToRgbOptions } from "@calig/core/internal/input/image/samples";
import { type TiffHeader, tiffHeader } from "@calig/core/internal/input/image/tiff-header";
import type { Sharp, SharpOptions } from "sharp";
import { loadSharp } from "../util/load-sharp.ts";

/** How a picture is read from a file. */
export interface ImageFileOptions extends ToRgbOptions {
  /** Largest number of pixels that is decoded, >= 1. Default 100 million (300 MB when decoded). */
  readonly maxPixels?: number;
}

export const DEFAULT_MAX_PIXELS = 100_000_000;

const KNOWN = Object.values(PICTURE_FORMATS).join(", ");

/** A file on its way to pixels. */
interface Source {
  readonly bytes: Uint8Array;
  readonly called: string;
  /** @param action - Runs libvips; what it throws becomes an error of this file. */
  open(options?: SharpOptions): Sharp;
}

/**
 * Reads a picture from a file; see `decodeImage`.
 *
 * @throws {InputError} When there is no such file, or it cannot be read as a picture.
 */
export async function readImageFile(path: string, options: ImageFileOptions = {}): Promise<RgbImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(cause);
    throw new InputError(`Cannot read the picture "${path}": ${found}; give an image file (${KNOWN})`, { cause });
  }
  return decodeImage(bytes, { ...options, name: path });
}

/**
 * Decodes a JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP, PPM, PGM or PBM to the 8-bit RGB that transformers' pipelines make of
 * it with Pillow: `ImageOps.exif_transpose(Image.open(file)).convert("RGB")`.
 *
 * - The orientation that cameras note in EXIF is applied.
 * - Transparency is ignored, grey levels above 255 become white, CMYK is converted without a profile; each with a
 *   warning. `background` and `deepGrey` choose otherwise.
 * - Of animations and files of several pages, the first is taken, with a warning.
 * - Colour profiles are not applied; of 16-bit colours the higher byte is taken.
 *
 * @throws {InputError} When the bytes are no such picture, are damaged, or hold too many pixels.
 * @throws {InvalidOptionError} When `background` is no colour, or `deepGrey` no way to read grey levels.
 * @throws {ExecutionError} When sharp is needed and not installed for this machine.
 */
export async function decodeImage(
  bytes: Uint8Array,
  {
    maxPixels = DEFAULT_MAX_PIXELS,
    name,
    ...toRgb
  }: ImageFileOptions & {
    /** What the picture is called in errors. */
    readonly name?: string;
  } = {},
): Promise<RgbImage> {
  checkReading(toRgb); // before anything is decoded
  const called = calledPicture(name);
  const format = pictureFormat(bytes, called);
  const checkSize = ({ width, height }: { readonly width: number; readonly height: number }) => {
    if (width * height <= maxPixels) return;
    throw new InputError(
      `Cannot read ${called}: it has ${width} x ${height} = ${width * height} pixels, the limit is ${maxPixels}; make it smaller, or raise the limit (option maxPixels in code)`,
    );
  };
  if (format === "bmp" || format === "netpbm") {
    const samples = format === "bmp" ? readBmp(bytes, called, checkSize) : readNetpbm(bytes, called, checkSize);
    return samplesToRgb(samples, toRgb, called);
  }
  const sharp = await loadSharp("read pictures");
  const open = (options: SharpOptions = {}) =>
    sharp(bytes, {
      failOn: format === "gif" ? "warning" : "error",
      limitInputPixels: false,
      ignoreIcc: true,
      ...options,
    });
  if (format === "tiff") checkTiff(bytes, called);
  const head = await open()
    .metadata()
    .catch((cause: unknown) => {
      throw damaged(called, format, cause);
    });
  checkSize({ width: head.width, height: head.pageHeight ?? head.height });
  const source: Source = { bytes, called, open };
  const samples = await READERS[format](source).catch((cause: unknown) => {
    throw cause instanceof InputError ? cause : damaged(called, format, cause);
  });
  const image = samplesToRgb(samples, toRgb, called);
  const frames = format === "png" ? (pngHeader(bytes)?.frames ?? 1) : (head.pages ?? 1);
  if (frames === 1) return image;
  const message = `The file${name === undefined ? "" : ` ${quote(name)}`} holds ${frames} pictures: only the first is used`;
  return { ...image, warnings: [...(image.warnings ?? []), { code: "first-picture-only", message }] };
}

const damaged = (called: string, format: PictureFormat, cause: unknown) =>
  new InputError(
    `Cannot read ${called}: the ${PICTURE_FORMATS[format]} is damaged or cut off; copy or download it again, or save it again with another program`,
    { cause },
  );

type SizeCheck = (size: { readonly width: number; readonly height: number }) => void;

function readBmp(bytes: Uint8Array, called: string, checkSize: SizeCheck): Samples {
  const header = bmpHeader(bytes, called);
  checkSize(header);
  return bmpPixels(bytes, header, called);
}

function readNetpbm(bytes: Uint8Array, called: string, checkSize: SizeCheck): Samples {
  const header = netpbmHeader(bytes, called);
  checkSize(header);
  return netpbmPixels(bytes, header, called);
}

const READERS: Readonly<Record<Exclude<PictureFormat, "bmp" | "netpbm">, (source: Source) => Promise<Samples>>> = {
  png: ({ bytes, open }) => {
    const { depth = 8, grey = false } = pngHeader(bytes) ?? {};
    return depth === 16 ? deepSamples(open(), grey) : plainSamples(open());
  },
  jpeg: readJpeg,
  gif: readGif,
  webp: ({ open }) => plainSamples(open()),
  avif: ({ open }) => plainSamples(open()),
  tiff: readTiff,
};

const BY_CHANNELS = ["grey", "grey-alpha", "rgb", "rgb-alpha"] as const;

/** 8-bit samples, the right way up. */
async function plainSamples(picture: Sharp): Promise<Samples> {
  const { data, info } = await picture.autoOrient().raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const kind = BY_CHANNELS[info.channels - 1] ?? "rgb-alpha";
  return { kind, width: info.width, height: info.height, data };
}

/** 16-bit samples: grey alone as they are, all others as their higher byte, as Pillow reads them. */
async function deepSamples(picture: Sharp, grey: boolean): Promise<Samples> {
  const { data, info } = await picture
    .autoOrient()
    .toColourspace(grey ? "grey16" : "rgb16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const words = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  const { width, height, channels } = info;
  if (!grey)
    return { kind: BY_CHANNELS[channels - 1] ?? "rgb-alpha", width, height, data: words.map((word) => word >> 8) };
  // A colour that means transparency comes as a channel of its own, which Pillow does not look at.
  const first = channels === 1 ? words : words.filter((_, i) => i % channels === 0);
  return { kind: "grey", width, height, data: first };
}

async function readJpeg({ bytes, called, open }: Source): Promise<Samples> {
  const { components, precision } = jpegHeader(bytes);
  if (precision !== undefined && precision !== 8) {
    throw new InputError(`Cannot read ${called}: it is a JPEG of ${precision} bits, wanted 8; save as PNG of 8 bits`);
  }
  return components === 4 ? inks(open()) : plainSamples(open());
}

/** CMYK as it is stored; libvips and Pillow both take JPEGs as inverted, with and without the marker of Adobe. */
async function inks(picture: Sharp): Promise<Samples> {
  const { data, info } = await picture
    .pipelineColourspace("cmyk") // or libvips would go through sRGB and back
    .autoOrient()
    .toColourspace("cmyk")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { kind: "cmyk", width: info.width, height: info.height, data };
}

async function readGif({ bytes }: Source): Promise<Samples> {
  const sharp = await loadSharp("read pictures");
  return gifFirstFrame(bytes, (file) => rgbAlpha(sharp(file, { failOn: "warning", limitInputPixels: false })));
}

async function rgbAlpha(picture: Sharp): Promise<Samples> {
  const { data, info } = await picture
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { kind: "rgb-alpha", width: info.width, height: info.height, data };
}

// Values of the fields of a TIFF (TiffHeader).
const BLACK_IS_ZERO = 1;
const RGB = 2;
const INKS = 5;
const YCBCR = 6;
const COLOURS_OF: Readonly<Record<number, number>> = {
  0: 1,
  [BLACK_IS_ZERO]: 1,
  [RGB]: 3,
  3: 1,
  [INKS]: 4,
  [YCBCR]: 3,
};
const JPEG_COMPRESSION = 7;
/** None, fax (three), LZW, JPEG, deflate (two), PackBits. */
const COMPRESSIONS = [1, 2, 3, 4, 5, JPEG_COMPRESSION, 8, 32946, 32773];
const FLOATS = 3;
const NO_ALPHA = 0;
const PREMULTIPLIED = 1;

/** A TIFF whose header was checked. */
async function readTiff({ bytes, open }: Source): Promise<Samples> {
  const { bits, extra, photometric } = tiffHeader(bytes) as TiffHeader;
  if (photometric === INKS) return inks(open());
  if (bits[0] === 32) return greyNumbers(open());
  const samples = await (bits[0] === 16 ? deepSamples(open(), bits.length === 1) : plainSamples(open()));
  return extra[0] === NO_ALPHA ? firstThree(samples) : samples;
}

/** @throws {InputError} When the pixels are stored in a way of which it is not known that they become Pillow's. */
function checkTiff(bytes: Uint8Array, called: string): void {
  const header = tiffHeader(bytes);
  const unusual = header === undefined ? "whose directory lies outside of the file" : unusualTiff(header);
  if (unusual === undefined) return;
  throw new InputError(`Cannot read ${called}: it is a TIFF ${unusual}; save as PNG of 8 bits for each colour`);
}

/** What calig does not read of a TIFF, in words. */
function unusualTiff({
  photometric,
  bits,
  sampleFormat,
  extra,
  compression,
  fillOrder,
}: TiffHeader): string | undefined {
  const [depth = 8] = bits;
  const colours = COLOURS_OF[photometric];
  if (!COMPRESSIONS.includes(compression)) return `compressed with method ${compression}`;
  if (fillOrder !== 1) return "with bits in reversed order";
  if (colours === undefined) return `of colours of kind ${photometric}`;
  if (photometric === YCBCR && compression !== JPEG_COMPRESSION) return "of YCbCr colours without JPEG";
  const alpha = bits.length === colours + 1 && (photometric === BLACK_IS_ZERO || photometric === RGB);
  if (bits.length !== colours && !alpha) return `of ${bits.length} samples for each pixel`;
  if (extra[0] === PREMULTIPLIED) return "of colours that are multiplied by their alpha";
  if (alpha && photometric === BLACK_IS_ZERO && extra[0] === NO_ALPHA)
    return "of grey levels with something beside them";
  if (bits.some((one) => one !== depth)) return `of ${bits.join(", ")} bits`;
  const deepGrey = photometric === BLACK_IS_ZERO && bits.length === 1;
  if (depth === 32 && deepGrey && sampleFormat <= FLOATS) return undefined;
  if (sampleFormat !== 1) return "of signed or floating point numbers";
  if (depth === 16 && (deepGrey || photometric === RGB)) return undefined;
  if (depth === 8 || (bits.length === 1 && [1, 2, 4].includes(depth))) return undefined;
  return `of ${depth} bits for each sample`;
}

/** Grey levels of 32 bits, whole or not. */
async function greyNumbers(picture: Sharp): Promise<Samples> {
  const { data, info } = await picture.autoOrient().raw({ depth: "float" }).toBuffer({ resolveWithObject: true });
  const numbers = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  const first = info.channels === 1 ? numbers : numbers.filter((_, i) => i % info.channels === 0);
  return { kind: "grey", width: info.width, height: info.height, data: first };
}

/** Colours whose fourth sample is no alpha. */
function firstThree({ width, height, kind, data }: Samples): Samples {
  if (kind !== "rgb-alpha") return { width, height, kind, data };
  return { width, height, kind: "rgb", data: data.filter((_, i) => i % 4 !== 3) };
}

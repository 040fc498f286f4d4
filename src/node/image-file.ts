/**
 * @file Image files to pixels, by libvips (package sharp). It is loaded when the first picture is read, so that nobody
 * needs it for texts.
 */

import { readFile } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { type RgbImage, rgbImage } from "../input/image/rgb-image.ts";
import { loadSharp } from "./load-sharp.ts";

export interface ImageFileOptions {
  /** Largest number of pixels that is decoded, >= 1. Default 100 million (300 MB when decoded). */
  readonly maxPixels?: number;
}

/** Endings of files that hold pictures. */
export const IMAGE_EXTENSIONS: readonly string[] = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"];

export const DEFAULT_MAX_PIXELS = 100_000_000;

/** What sharp calls the formats that are read, and what people call them. "heif" is AVIF: HEVC is not built in. */
const FORMATS: Readonly<Record<string, string>> = {
  jpeg: "JPEG",
  png: "PNG",
  webp: "WebP",
  heif: "AVIF",
  gif: "GIF",
  tiff: "TIFF",
};
const KNOWN = Object.values(FORMATS).join(", ");

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
 * Decodes a JPEG, PNG, WebP, AVIF, GIF or TIFF to 8-bit RGB.
 *
 * - The orientation that cameras note in EXIF is applied.
 * - Transparent parts are laid on white.
 * - Of animations and files of several pages, the first is taken, with a warning.
 * - 16-bit and greyscale pictures become 8-bit RGB. Colour profiles are not applied, as Pillow does not: a model then
 *   sees the numbers that it would see in Python. CMYK is converted with the profile of the file, or a common one.
 *
 * @param options.name - What the picture is called in errors.
 * @throws {InputError} When the bytes are no such picture, are damaged, or hold too many pixels.
 * @throws {ExecutionError} When sharp is not installed for this machine.
 */
export async function decodeImage(
  bytes: Uint8Array,
  { maxPixels = DEFAULT_MAX_PIXELS, name = "the picture" }: ImageFileOptions & { readonly name?: string } = {},
): Promise<RgbImage> {
  const open = await loadSharp("read pictures");
  const fail = (found: string, cause?: unknown) =>
    new InputError(`Cannot read the picture "${name}": ${found}`, { cause });
  if (bytes.length === 0) throw fail(`it is empty; give an image file (${KNOWN})`);

  const head = await open(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      const what = looksLikeText(bytes) ? "it holds text" : "it is damaged, or of a format that calig does not know";
      throw fail(`${what}; give an image file (${KNOWN})`, cause);
    });
  if (FORMATS[head.format] === undefined) {
    throw fail(`it is of format "${head.format}"; convert it to one of ${KNOWN}`);
  }
  const pixels = head.width * (head.pageHeight ?? head.height);
  if (pixels > maxPixels) {
    throw fail(
      `it has ${head.width} x ${head.pageHeight ?? head.height} = ${pixels} pixels, the limit is ${maxPixels}; make it smaller, or raise the limit (option maxPixels in code)`,
    );
  }
  const picture = open(bytes, { failOn: "error", limitInputPixels: maxPixels, ignoreIcc: head.space !== "cmyk" });
  const { data, info } = await picture
    .autoOrient()
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw fail(`it is damaged (${firstLine(cause)}); save it again with another program`, cause);
    });
  const image = rgbImage(info.width, info.height, new Uint8Array(data));
  const pages = head.pages ?? 1;
  if (pages === 1) return image;
  const message = `The file "${name}" holds ${pages} pictures: only the first is used`;
  return { ...image, warnings: [{ code: "first-picture-only", message }] };
}

/** Valid UTF-8 without control characters, as far as the first bytes tell. */
function looksLikeText(bytes: Uint8Array): boolean {
  const start = new TextDecoder("utf-8").decode(bytes.subarray(0, 512), { stream: true });
  return !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(start);
}

const firstLine = (cause: unknown): string =>
  cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);

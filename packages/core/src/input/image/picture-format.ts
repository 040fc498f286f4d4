/** @file What kind of file a picture is, by its first bytes: names of files lie. */

import { InputError, quote } from "../../errors.ts";

/** The formats that are read, and what people call them. */
export const PICTURE_FORMATS = {
  jpeg: "JPEG",
  png: "PNG",
  webp: "WebP",
  avif: "AVIF",
  gif: "GIF",
  tiff: "TIFF",
  bmp: "BMP",
  netpbm: "PPM",
} as const;
export type PictureFormat = keyof typeof PICTURE_FORMATS;

const READ: Readonly<Record<PictureFormat, (bytes: Uint8Array) => boolean>> = {
  jpeg: (bytes) => starts(bytes, "\xff\xd8\xff"),
  png: (bytes) => starts(bytes, "\x89PNG\r\n\x1a\n"),
  webp: (bytes) => starts(bytes, "RIFF") && starts(bytes, "WEBP", 8),
  avif: (bytes) => /^avi[fs]$/.test(brandOf(bytes) ?? "") || (hasMifBrand(bytes) && brandsOf(bytes).includes("avif")),
  gif: (bytes) => starts(bytes, "GIF87a") || starts(bytes, "GIF89a"),
  tiff: (bytes) => starts(bytes, "II*\0") || starts(bytes, "MM\0*"),
  // Two letters are little: the size of the header after them has one of a few values.
  bmp: (bytes) => starts(bytes, "BM") && bytes.length > 18 && [12, 40, 52, 56, 64, 108, 124].includes(bytes[14] ?? 0),
  netpbm: (bytes) => /^P[1-6][\s#]/.test(text(bytes, 0, 3)),
};

/** What a picture is called in errors and warnings. */
export const calledPicture = (name: string | undefined): string =>
  name === undefined ? "the picture" : `the picture ${quote(name)}`;

/** A format, as errors say it. */
const unread = (format: string): string => `${format}, which calig does not read`;

/** What else people take for pictures: what it is, and the way out. */
const OTHERS: readonly (readonly [is: (bytes: Uint8Array) => boolean, found: string, remedy: string])[] = [
  [isIcon, unread("a Windows icon (ICO)"), "save as PNG"],
  [isTarga, unread("a Targa picture (TGA)"), "save as PNG"],
  [
    (bytes) => /^\n[\0\x02-\x05]\x01[\x01\x02\x04\x08]/.test(text(bytes, 0, 4)),
    unread("a picture of Paintbrush (PCX)"),
    "save as PNG",
  ],
  [(bytes) => starts(bytes, "icns"), unread("an icon of macOS (ICNS)"), "save as PNG"],
  [(bytes) => starts(bytes, "\0\0\0\x0cjP  ") || starts(bytes, "\xff\x4f\xff\x51"), unread("JPEG 2000"), "save as PNG"],
  [(bytes) => starts(bytes, "\xff\x0a") || starts(bytes, "\0\0\0\x0cJXL "), unread("JPEG XL"), "save as PNG"],
  [(bytes) => starts(bytes, "II+\0") || starts(bytes, "MM\0+"), unread("BigTIFF"), "save as PNG"],
  [(bytes) => starts(bytes, "II\xbc"), unread("JPEG XR"), "save as PNG"],
  [isHeic, unread("HEIC, as phones save photographs"), "save as JPEG or PNG"],
  [
    (bytes) => starts(bytes, "ftypcrx", 4) || starts(bytes, "FUJIFILMCCD-RAW"),
    unread("camera raw data"),
    "develop to JPEG",
  ],
  [(bytes) => /^II(RO|RS|U\0)|^MMOR/.test(text(bytes, 0, 4)), unread("camera raw data"), "develop to JPEG"],
  [(bytes) => starts(bytes, "ftyp", 4) || starts(bytes, "\x1a\x45\xdf\xa3"), "a film", "save a frame of it as PNG"],
  [(bytes) => starts(bytes, "RIFF") && starts(bytes, "AVI ", 8), "a film (AVI)", "save a frame of it as PNG"],
  [(bytes) => starts(bytes, "%PDF"), "PDF", "save its page or the picture in it as PNG"],
  [(bytes) => starts(bytes, "%!PS") || starts(bytes, "\xc5\xd0\xd3\xc6"), "PostScript", "draw it as PNG"],
  [
    (bytes) => /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]/i.test(utf8(bytes)),
    "a drawing (SVG), and models see pixels",
    "draw it as PNG",
  ],
  [
    (bytes) => /^\s*<(!doctype html|html)/i.test(utf8(bytes)),
    "a web page (HTML), perhaps about a download that failed",
    "download the picture again",
  ],
  [(bytes) => starts(bytes, "8BPS"), unread("a Photoshop file (PSD)"), "save as PNG"],
  [(bytes) => starts(bytes, "gimp xcf"), unread("a GIMP file (XCF)"), "save as PNG"],
  [(bytes) => starts(bytes, "P7\n") || /^P[fF]\s/.test(text(bytes, 0, 3)), unread("PAM or PFM"), "save as PNG"],
  [(bytes) => starts(bytes, "qoif"), unread("QOI"), "save as PNG"],
  [(bytes) => starts(bytes, "DDS "), unread("a texture (DDS)"), "save as PNG"],
  [(bytes) => starts(bytes, "v/1\x01"), unread("OpenEXR"), "save as PNG"],
  [(bytes) => starts(bytes, "#?RADIANCE"), unread("Radiance HDR"), "save as PNG"],
  [(bytes) => starts(bytes, "\x01\xda"), unread("an SGI picture"), "save as PNG"],
  [(bytes) => starts(bytes, "SIMPLE  ="), unread("FITS"), "save as PNG"],
  [
    (bytes) => starts(bytes, "DICM", 128),
    unread("DICOM"),
    "save as PNG, with the window that the model was trained on",
  ],
  [(bytes) => starts(bytes, "\x93NUMPY"), unread("an array of NumPy"), "save as PNG"],
  [(bytes) => starts(bytes, "PK\x03\x04"), "a ZIP archive", "unpack it"],
  [(bytes) => starts(bytes, "\x1f\x8b"), "compressed with gzip", "unpack it"],
  [(bytes) => starts(bytes, "version https://git-lfs"), "a pointer of Git LFS, not the picture", "run git lfs pull"],
];

const KNOWN = Object.values(PICTURE_FORMATS).join(", ");

/**
 * The format of a picture.
 *
 * @param called - What the picture is called in errors: "the picture", or with its name.
 * @throws {InputError} When it is empty, or of a format that is not read; the error names it where it is known.
 */
export function pictureFormat(bytes: Uint8Array, called: string): PictureFormat {
  for (const [format, is] of Object.entries(READ)) if (is(bytes)) return format as PictureFormat;
  throw new InputError(`Cannot read ${called}: ${describe(bytes)}`);
}

function describe(bytes: Uint8Array): string {
  if (bytes.length === 0) return `it is empty; give an image file (${KNOWN})`;
  const other = OTHERS.find(([is]) => is(bytes));
  if (other !== undefined) return `it is ${other[1]}; ${other[2]}`;
  if (bytes.every((byte) => byte === 0)) return `it holds nothing but zeros; copy or download it again`;
  const found = looksLikeText(bytes) ? "it holds text" : "its first bytes are those of no format that calig knows";
  return `${found}; give an image file (${KNOWN})`;
}

function text(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

const starts = (bytes: Uint8Array, wanted: string, at = 0): boolean => text(bytes, at, wanted.length) === wanted;

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 1024));

/** Of files of ISO base media (AVIF, HEIC, MP4): what they are first of all. */
const brandOf = (bytes: Uint8Array): string | undefined => (starts(bytes, "ftyp", 4) ? text(bytes, 8, 4) : undefined);

/** All brands of a file of ISO base media. */
function brandsOf(bytes: Uint8Array): readonly string[] {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const brands = text(bytes, 16, Math.min(length, 256) - 16);
  return brands.match(/[\s\S]{4}/g) ?? [];
}

/** A picture of ISO base media whose first brand does not tell how it is compressed. */
const hasMifBrand = (bytes: Uint8Array): boolean => /^(mif1|msf1|miaf)$/.test(brandOf(bytes) ?? "");

function isHeic(bytes: Uint8Array): boolean {
  return /^(hei[cxms]|hev[cmx])$/.test(brandOf(bytes) ?? "") || hasMifBrand(bytes);
}

/** Icons and cursors: zero, one of two kinds, and how many there are. */
function isIcon(bytes: Uint8Array): boolean {
  const one = starts(bytes, "\0\0\x01\0") || starts(bytes, "\0\0\x02\0");
  return one && (bytes[4] ?? 0) + (bytes[5] ?? 0) > 0;
}

/** Colours without a palette, or grey levels, of whole bytes: nothing else marks such a file. */
function isTarga(bytes: Uint8Array): boolean {
  const [kind = 0, depth = 0] = [bytes[2], bytes[16]];
  return (
    bytes.length > 18 &&
    [2, 3, 10, 11].includes(kind) &&
    [8, 16, 24, 32].includes(depth) &&
    [1, 3, 4, 5, 6, 7].every((at) => bytes[at] === 0)
  );
}

/** Valid UTF-8 or UTF-16 without control characters, as far as the first bytes tell. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (starts(bytes, "\xff\xfe") || starts(bytes, "\xfe\xff")) return true;
  const start = new TextDecoder("utf-8").decode(bytes.subarray(0, 512), { stream: true });
  return !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(start);
}

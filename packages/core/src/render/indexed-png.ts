/**
 * @file Small pictures of few colours as PNG, without a library and without compression (PNG specification, third
 * edition; RFC 1950 and 1951): what an SVG or a page needs to show a smooth map.
 */

/** A colour with opacity, all 0..255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** Indices into `colors`, row by row. */
  readonly pixels: Uint8Array;
  /** At most 256. */
  readonly colors: readonly Rgba[];
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Most bytes of a stored block of deflate. */
const BLOCK = 0xffff;

/** The bytes of a PNG file with a palette. */
export function encodeIndexedPng({ width, height, pixels, colors }: IndexedPicture): Uint8Array {
  const lines = new Uint8Array(height * (width + 1));
  // Each line begins with its filter: 0, none.
  for (let y = 0; y < height; y++) lines.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Uint8Array.from([
    ...SIGNATURE,
    // 8 bits per pixel, colour type 3 (palette), deflate, no filter, not interlaced.
    ...chunk("IHDR", [...bigEndian(width), ...bigEndian(height), 8, 3, 0, 0, 0]),
    ...chunk(
      "PLTE",
      colors.flatMap((color) => color.slice(0, 3)),
    ),
    ...chunk(
      "tRNS",
      colors.map(([, , , alpha]) => alpha),
    ),
    ...chunk("IDAT", stored(lines)),
    ...chunk("IEND", []),
  ]);
}

/** The picture as `data:image/png;base64,...`. */
export const indexedPngUri = (picture: IndexedPicture): string =>
  `data:image/png;base64,${btoa(Array.from(encodeIndexedPng(picture), (byte) => String.fromCharCode(byte)).join(""))}`;

const bigEndian = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function chunk(name: string, content: readonly number[]): number[] {
  const named = [...Array.from(name, (letter) => letter.charCodeAt(0)), ...content];
  return [...bigEndian(content.length), ...named, ...bigEndian(crc32(named))];
}

/** A zlib stream of stored blocks. */
function stored(bytes: Uint8Array): number[] {
  const stream = [0x78, 0x01];
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const part = bytes.subarray(start, start + BLOCK);
    const isLast = start + BLOCK >= bytes.length ? 1 : 0;
    const [low, high] = [part.length & 255, part.length >>> 8];
    stream.push(isLast, low, high, ~low & 255, ~high & 255);
    for (const byte of part) stream.push(byte);
  }
  return [...stream, ...bigEndian(adler32(bytes))];
}

/** PNG, annex D: polynomial 0xedb88320, bit by bit. */
function crc32(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** RFC 1950, section 8.2. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

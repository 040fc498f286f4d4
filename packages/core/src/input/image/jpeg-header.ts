/** @file What the markers of a JPEG say: how many components it has, and of how many bits. */

export interface JpegHeader {
  /** 1 grey, 3 colours, 4 inks; undefined where there is no frame. */
  readonly components: number | undefined;
  /** Bits of a sample. */
  readonly precision: number | undefined;
}

const START_OF_SCAN = 0xda;

/** Start of frame (ITU T.81, table B.1), but the tables of Huffman (C4), arithmetic coding (CC) and the extension (C8). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Reads the markers up to the frame. */
export function jpegHeader(bytes: Uint8Array): JpegHeader {
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) {
      at++;
      continue;
    }
    const marker = bytes[at + 1] as number;
    if (marker === 0xff || marker === 0 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === START_OF_SCAN) break;
    if (isFrame(marker)) return { precision: bytes[at + 4] as number, components: bytes[at + 9] as number };
    at += 2 + (bytes[at + 2] as number) * 256 + (bytes[at + 3] as number);
  }
  return { components: undefined, precision: undefined };
}

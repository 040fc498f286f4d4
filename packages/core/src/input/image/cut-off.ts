/** @file Whether a picture ends before its format says, for decoders that show the part that is there. */

import type { PictureFormat } from "./picture-format.ts";

const ENDS: Readonly<Partial<Record<PictureFormat, (bytes: Uint8Array) => boolean>>> = {
  jpeg: (bytes) => lastIndexOf(bytes, [0xff, 0xd9]) > lastIndexOf(bytes, [0xff, 0xda]),
  png: (bytes) => lastIndexOf(bytes, [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]) >= 0,
  gif: (bytes) => bytes.lastIndexOf(0x3b) > 0,
  webp: (bytes) =>
    bytes.length >= 8 + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true),
};

/** What follows the end that a format marks does not matter. */
export const isCutOff = (format: PictureFormat, bytes: Uint8Array): boolean => !(ENDS[format]?.(bytes) ?? true);

function lastIndexOf(bytes: Uint8Array, wanted: readonly number[]): number {
  for (let at = bytes.length - wanted.length; at >= 0; at--) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

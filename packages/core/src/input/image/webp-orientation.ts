/** @file How a WebP must be turned: browsers do not look at it. */

import { tiffHeader } from "./tiff-header.ts";

const RIFF_HEADER = 12;

/** The orientation that the EXIF of a WebP notes, 1 to 8; 1 where it notes none. */
export function webpOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = RIFF_HEADER;
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at + 4, true);
    if (String.fromCharCode(...bytes.subarray(at, at + 4)) === "EXIF") {
      const exif = bytes.subarray(at + 8, at + 8 + size);
      // Some programs leave the marker of JPEG before it.
      const start = String.fromCharCode(...exif.subarray(0, 4)) === "Exif" ? 6 : 0;
      return tiffHeader(exif.subarray(start))?.orientation ?? 1;
    }
    at += 8 + size + (size % 2);
  }
  return 1;
}

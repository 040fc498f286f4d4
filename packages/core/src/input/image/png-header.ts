/** @file What the chunks of a PNG say that decoders do not: how its samples are stored, and whether it moves. */

export interface PngHeader {
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** One grey sample for each pixel, without alpha. */
  readonly grey: boolean;
  /** Pictures in the file: more than one in an animation (APNG). */
  readonly frames: number;
}

const SIGNATURE_BYTES = 8;
const GREY = 0;

/** Reads the chunks before the pixels (PNG specification 3, 11.2 and 11.3). Undefined where the first is no IHDR. */
export function pngHeader(bytes: Uint8Array): PngHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || nameAt(bytes, SIGNATURE_BYTES + 4) !== "IHDR") return undefined;
  let [frames, animatesDefault] = [1, false];
  for (let at = SIGNATURE_BYTES; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const name = nameAt(bytes, at + 4);
    if (name === "acTL" && at + 16 <= bytes.length) frames = Math.max(1, view.getUint32(at + 8));
    if (name === "fcTL") animatesDefault = true;
    // A picture that is no part of the animation is shown by programs that do not know animations, as here.
    if (name === "IDAT") return header(view, animatesDefault || frames === 1 ? frames : frames + 1);
  }
  return header(view, frames);
}

/** The file without the chunk that makes it move: what is left is the picture that Pillow takes. */
export function stillPng(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE_BYTES; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (nameAt(bytes, at + 4) !== "acTL") continue;
    const rest = at + 12 + view.getUint32(at);
    const still = new Uint8Array(at + Math.max(0, bytes.length - rest));
    still.set(bytes.subarray(0, at));
    still.set(bytes.subarray(rest), at);
    return still;
  }
  return bytes;
}

const header = (view: DataView, frames: number): PngHeader => ({
  depth: view.getUint8(24),
  grey: view.getUint8(25) === GREY,
  frames,
});

const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

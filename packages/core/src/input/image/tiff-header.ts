/** @file How the first picture of a TIFF stores its pixels. */

export interface TiffHeader {
  /** Baseline TIFF 6.0, tag 262: 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 inks, 6 YCbCr, 8 CIE L*a*b*. */
  readonly photometric: number;
  /** Bits of each sample. */
  readonly bits: readonly number[];
  /** Of the numbers: 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: number;
  /** What the samples beyond the colours are: 0 anything, 1 premultiplied alpha, 2 alpha. */
  readonly extra: readonly number[];
  readonly compression: number;
  readonly fillOrder: number;
  /** Where the first row and column belong, 1 to 8; 1 is as stored. */
  readonly orientation: number;
}

const TAGS = {
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  orientation: 274,
  samples: 277,
  extra: 338,
  sampleFormat: 339,
} as const;
const SHORT = 3;
const LONG = 4;

/** Reads the first directory of a TIFF. Undefined where it lies outside of the file. */
export function tiffHeader(bytes: Uint8Array): TiffHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const start = bytes.length < 8 ? bytes.length : view.getUint32(4, little);
  if (start + 2 > bytes.length) return undefined;
  const count = view.getUint16(start, little);
  if (start + 2 + 12 * count > bytes.length) return undefined;
  const values = new Map<number, readonly number[]>();
  for (let entry = start + 2; entry < start + 2 + 12 * count; entry += 12) {
    const type = view.getUint16(entry + 2, little);
    if (type !== SHORT && type !== LONG) continue;
    const [size, length] = [type === SHORT ? 2 : 4, Math.min(view.getUint32(entry + 4, little), 16)];
    const at = size * length <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
    if (at + size * length > bytes.length) return undefined;
    const one = (i: number) =>
      type === SHORT ? view.getUint16(at + 2 * i, little) : view.getUint32(at + 4 * i, little);
    values.set(
      view.getUint16(entry, little),
      Array.from({ length }, (_, i) => one(i)),
    );
  }
  const one = (tag: number, fallback: number) => values.get(tag)?.[0] ?? fallback;
  const bits = values.get(TAGS.bits) ?? [1];
  const samples = Math.min(one(TAGS.samples, 1), 16);
  return {
    photometric: one(TAGS.photometric, 0),
    bits: bits.length === samples ? bits : Array.from({ length: samples }, () => bits[0] as number),
    sampleFormat: one(TAGS.sampleFormat, 1),
    extra: values.get(TAGS.extra) ?? [],
    compression: one(TAGS.compression, 1),
    fillOrder: one(TAGS.fillOrder, 1),
    orientation: one(TAGS.orientation, 1),
  };
}

/**
 * @file Reads Windows bitmaps, the kinds that Pillow reads without run lengths (PIL/BmpImagePlugin.py). Written here
 * because the libraries that read more than a few of them are not kept.
 */

import { InputError } from "../../errors.ts";
import type { Size } from "./rgb-image.ts";
import type { Samples } from "./samples.ts";

/** A channel within the pixels of 16, 24 or 32 bits. */
interface Mask {
  readonly shift: number;
  readonly bits: number;
}

export interface BmpHeader extends Size {
  readonly bits: number;
  /** Rows from the top; most bitmaps have them from the bottom. */
  readonly downwards: boolean;
  readonly pixelsAt: number;
  readonly colours: { readonly at: number; readonly size: number; readonly count: number };
  /** Red, green, blue. */
  readonly masks: readonly Mask[];
}

const RAW = 0;
const BITFIELDS = 3;
const COMPRESSIONS: Readonly<Record<number, string>> = { 1: "run lengths", 2: "run lengths", 4: "a JPEG", 5: "a PNG" };
const CORE_HEADER = 12;

/**
 * Reads the headers.
 *
 * @param called - What the picture is called in errors: "the picture", or with its name.
 * @throws {InputError} When it is cut off, or of a kind that is not read.
 */
export function bmpHeader(bytes: Uint8Array, called: string): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (found: string) => new InputError(`Cannot read ${called}: it is a BMP ${found}; save as PNG`);
  const headerBytes = view.getUint32(14, true);
  if (bytes.length < 14 + headerBytes) throw fail("that ends in its header");
  const core = headerBytes === CORE_HEADER;
  const [width, signedHeight] = core
    ? [view.getUint16(18, true), view.getUint16(20, true)]
    : [view.getInt32(18, true), view.getInt32(22, true)];
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1) throw fail(`of ${width} x ${height} pixels`);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? RAW : view.getUint32(30, true);
  if (compression !== RAW && compression !== BITFIELDS) {
    throw fail(`compressed with ${COMPRESSIONS[compression] ?? `method ${compression}`}, which calig does not read`);
  }
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw fail(`of ${bits} bits for each pixel, wanted 1, 4, 8, 16, 24 or 32`);
  const listed = core ? 0 : view.getUint32(46, true);
  const masked = compression === BITFIELDS && bits > 8;
  if (masked && bytes.length < 66) throw fail("that ends in its header");
  return {
    width,
    height,
    bits,
    downwards: signedHeight < 0,
    pixelsAt: view.getUint32(10, true),
    colours: { at: 14 + headerBytes, size: core ? 3 : 4, count: listed === 0 ? 2 ** Math.min(bits, 8) : listed },
    masks: masked ? [54, 58, 62].map((at) => maskOf(view.getUint32(at, true))) : (PLAIN_MASKS[bits] ?? []),
  };

  function maskOf(mask: number): Mask {
    const shift = 31 - Math.clz32(mask & -mask);
    const width_ = 32 - Math.clz32(mask >>> shift);
    const whole = mask !== 0 && mask >>> shift === 2 ** width_ - 1;
    if (whole && width_ <= 8) return { shift, bits: width_ };
    throw fail(`with a channel at the bits ${mask.toString(16)}, which calig does not read`);
  }
}

const PLAIN_MASKS: Readonly<Record<number, readonly Mask[]>> = {
  16: [10, 5, 0].map((shift) => ({ shift, bits: 5 })),
  24: [16, 8, 0].map((shift) => ({ shift, bits: 8 })),
  32: [16, 8, 0].map((shift) => ({ shift, bits: 8 })),
};

/** Reads the pixels. @throws {InputError} When the file ends before they do. */
export function bmpPixels(bytes: Uint8Array, header: BmpHeader, called: string): Samples {
  const { width, height, bits, downwards, pixelsAt, colours, masks } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const missing = pixelsAt + stride * height - bytes.length;
  if (missing > 0) {
    throw new InputError(
      `Cannot read ${called}: it is cut off, ${missing} bytes are missing; copy or download it again`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = pixelsAt + stride * (downwards ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const out = 3 * (y * width + x);
      if (bits <= 8) {
        const byte = bytes[row + ((x * bits) >> 3)] as number;
        const index = (byte >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1);
        // Blue comes first; what the palette does not list is black.
        const at = colours.at + colours.size * index;
        for (let c = 0; c < 3; c++) data[out + c] = index < colours.count ? (bytes[at + 2 - c] ?? 0) : 0;
      } else {
        let pixel = 0;
        for (let b = bits / 8 - 1; b >= 0; b--) pixel = pixel * 256 + (bytes[row + (x * bits) / 8 + b] as number);
        masks.forEach(({ shift, bits: width_ }, c) => {
          const largest = 2 ** width_ - 1;
          data[out + c] = Math.floor((((pixel >>> shift) & largest) * 255) / largest);
        });
      }
    }
  }
  return { kind: "rgb", width, height, data };
}

/** @file The first frame of a GIF as Pillow fills it, out of decoders that forget the colour that is transparent. */

import { gifHeader } from "./gif-header.ts";
import type { Samples } from "./samples.ts";

/**
 * @param decode - The first frame of a file: red, green, blue, alpha.
 * @returns The same, but with the colours that transparent pixels are stored with, and the colour that Pillow gives to
 * what the frame leaves free (PIL/GifImagePlugin.py).
 */
export async function gifFirstFrame(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Promise<Samples>,
): Promise<Samples> {
  const header = gifHeader(bytes);
  const seen = await decode(bytes);
  if (header === undefined) return seen;
  const { screen, frame, transparencyAt, rest } = header;
  const whole = frame.left === 0 && frame.top === 0 && frame.width >= screen.width && frame.height >= screen.height;
  if (transparencyAt === undefined && whole) return seen;
  const data = Uint8Array.from(seen.data);
  if (transparencyAt !== undefined) {
    const opaque = Uint8Array.from(bytes);
    (opaque[transparencyAt] as number) &= ~1;
    const colours = (await decode(opaque)).data;
    for (let i = 0; i < data.length; i++) if (i % 4 !== 3) data[i] = colours[i] as number;
  }
  const isFree = (x: number, y: number) =>
    x < frame.left || x >= frame.left + frame.width || y < frame.top || y >= frame.top + frame.height;
  for (let y = 0; y < seen.height; y++) {
    for (let x = 0; x < seen.width; x++) {
      if (isFree(x, y)) data.set([...rest, transparencyAt === undefined ? 255 : 0], 4 * (y * seen.width + x));
    }
  }
  return { ...seen, data };
}

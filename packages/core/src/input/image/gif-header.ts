/** @file The first frame of a GIF: where it lies, and which colour is transparent in it. */

import type { Size } from "./rgb-image.ts";

export interface GifHeader {
  /** The whole picture. */
  readonly screen: Size;
  /** Where the first frame lies in it. */
  readonly frame: Size & { readonly left: number; readonly top: number };
  /** Place in the file of the byte whose last bit says that a colour is transparent; undefined where it does not. */
  readonly transparencyAt: number | undefined;
  /** The colour of what the first frame leaves free: of the transparent index, else of index 0. */
  readonly rest: readonly [red: number, green: number, blue: number];
}

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const FRAME = 0x2c;

/** Reads the blocks up to the first frame (GIF89a, 17 to 23). Undefined where there is none. */
export function gifHeader(bytes: Uint8Array): GifHeader | undefined {
  if (bytes.length < 13) return undefined;
  const u16 = (at: number) => (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  const screen = { width: u16(6), height: u16(8) };
  const globalTable = paletteBytes(bytes[10] ?? 0);
  let at = 13 + globalTable;
  let control: number | undefined;
  while (at < bytes.length && bytes[at] === EXTENSION) {
    if (bytes[at + 1] === GRAPHIC_CONTROL) control = at;
    at += 2;
    while ((bytes[at] ?? 0) !== 0) at += 1 + (bytes[at] as number);
    at++;
  }
  if (bytes[at] !== FRAME) return undefined;
  const local = paletteBytes(bytes[at + 9] ?? 0) > 0;
  const isTransparent = control !== undefined && ((bytes[control + 3] ?? 0) & 1) === 1;
  const index = isTransparent ? (bytes[(control as number) + 6] ?? 0) : 0;
  const colour = (local ? at + 10 : 13) + 3 * index;
  return {
    screen,
    frame: { left: u16(at + 1), top: u16(at + 3), width: u16(at + 5), height: u16(at + 7) },
    transparencyAt: isTransparent ? (control as number) + 3 : undefined,
    rest: [bytes[colour] ?? 0, bytes[colour + 1] ?? 0, bytes[colour + 2] ?? 0],
  };
}

/** Length of the table of colours that a byte of flags announces. */
const paletteBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/** @file Reads the pictures of Netpbm: PBM, PGM and PPM, plain and raw, with the arithmetic of Pillow (PIL/PpmImagePlugin.py). */

import { InputError, quote } from "../../errors.ts";
import { roundToEven } from "../../util/round-to-even.ts";
import type { Size } from "./rgb-image.ts";
import type { Samples } from "./samples.ts";

export interface NetpbmHeader extends Size {
  /** 1 bit, grey or colours. */
  readonly kind: "bits" | "grey" | "rgb";
  /** Numbers written out, instead of bytes. */
  readonly plain: boolean;
  readonly largest: number;
  readonly pixelsAt: number;
}

const KINDS = ["bits", "grey", "rgb"] as const;

/**
 * Reads the header: letters, sizes, largest value.
 *
 * @param called - What the picture is called in errors: "the picture", or with its name.
 * @throws {InputError} When a number is missing or impossible.
 */
export function netpbmHeader(bytes: Uint8Array, called: string): NetpbmHeader {
  const digit = (bytes[1] as number) - 0x30;
  const kind = KINDS[(digit - 1) % 3] as (typeof KINDS)[number];
  const words = wordsOf(bytes, 2);
  const number = (what: string, least: number, most: number): number => {
    const word = words.next();
    const value = Number(word);
    if (word !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InputError(
      `Cannot read ${called}: its ${what} is ${quote(word)}, wanted a whole number from ${least} to ${most}; save it again, as PNG`,
    );
  };
  const [width, height] = [number("width", 1, 2 ** 31), number("height", 1, 2 ** 31)];
  const largest = kind === "bits" ? 1 : number("largest value", 1, 65535);
  // One white space stands before the pixels.
  return { kind, plain: digit <= 3, width, height, largest, pixelsAt: words.place() + 1 };
}

/** Reads the pixels. @throws {InputError} When the file ends before they do, or a value is above the largest. */
export function netpbmPixels(bytes: Uint8Array, header: NetpbmHeader, called: string): Samples {
  const { kind, width, height, largest } = header;
  const values = header.plain ? plainValues(bytes, header, called) : rawValues(bytes, header, called);
  if (kind === "bits") return { kind: "grey", width, height, data: values.map((bit) => (bit === 0 ? 255 : 0)) };
  // Pillow widens grey levels of more than 8 bits to 16; everything else becomes bytes, rounded to even.
  const to = kind === "grey" && largest > 255 ? 65535 : 255;
  const scaled = largest === to ? values : values.map((value) => Math.min(to, roundToEven((value / largest) * to)));
  return { kind, width, height, data: to === 255 ? Uint8Array.from(scaled) : Uint16Array.from(scaled) };
}

function rawValues(bytes: Uint8Array, { kind, width, height, largest, pixelsAt }: NetpbmHeader, called: string) {
  const perRow = kind === "bits" ? Math.ceil(width / 8) : width * (kind === "rgb" ? 3 : 1) * (largest > 255 ? 2 : 1);
  const missing = pixelsAt + perRow * height - bytes.length;
  if (missing > 0) throw cutOff(called, `${missing} bytes`);
  const data = bytes.subarray(pixelsAt, pixelsAt + perRow * height);
  if (kind === "bits") {
    return Uint16Array.from({ length: width * height }, (_, i) => {
      const x = i % width;
      return ((data[Math.floor(i / width) * perRow + (x >> 3)] as number) >> (7 - (x & 7))) & 1;
    });
  }
  if (largest <= 255) return Uint16Array.from(data);
  return Uint16Array.from(
    { length: data.length / 2 },
    (_, i) => 256 * (data[2 * i] as number) + (data[2 * i + 1] as number),
  );
}

function plainValues(bytes: Uint8Array, { kind, width, height, largest, pixelsAt }: NetpbmHeader, called: string) {
  const count = width * height * (kind === "rgb" ? 3 : 1);
  // The digits of bits may stand without white space between them.
  const words = wordsOf(bytes, pixelsAt - 1, kind === "bits" ? 1 : Number.POSITIVE_INFINITY);
  return Uint16Array.from({ length: count }, (_, i) => {
    const word = words.next();
    if (word === "") throw cutOff(called, `${count - i} numbers`);
    const value = Number(word);
    if (Number.isInteger(value) && value >= 0 && value <= largest) return value;
    throw new InputError(
      `Cannot read ${called}: it has the number ${quote(word)}, wanted one from 0 to ${largest}; save it again, as PNG`,
    );
  });
}

const cutOff = (called: string, missing: string) =>
  new InputError(`Cannot read ${called}: it is cut off, ${missing} are missing; copy or download it again`);

/** Words between white space, of at most `longest` characters; comments (# to the end of the line) are left out. */
function wordsOf(bytes: Uint8Array, start: number, longest = Number.POSITIVE_INFINITY) {
  let at = start;
  const isSpace = (byte: number | undefined) => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);
  return {
    place: () => at,
    next(): string {
      while (isSpace(bytes[at]) || bytes[at] === 0x23) {
        if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
        else at++;
      }
      let word = "";
      while (at < bytes.length && !isSpace(bytes[at]) && word.length < Math.min(longest, 32)) {
        word += String.fromCharCode(bytes[at++] as number);
      }
      return word;
    },
  };
}

/**
 * @file Decoded samples of any kind become 8-bit RGB as `PIL.Image.convert("RGB")` makes it, which is what
 * transformers' pipelines do with every picture (image_utils.load_image).
 */

import { InvalidOptionError, keyword, quote } from "../../errors.ts";
import {
  CHANNELS,
  DEEP_GREYS,
  type DeepGrey,
  type ImageReading,
  type ImageWarning,
  type RgbImage,
  rgbImage,
  type Size,
} from "./rgb-image.ts";

/** What stands for one pixel: grey, red green blue, or the inks cyan magenta yellow black; alpha comes last. */
export type SampleKind = "grey" | "grey-alpha" | "rgb" | "rgb-alpha" | "cmyk";

/** Samples row by row, those of a pixel beside each other. */
export interface Samples extends Size {
  readonly kind: SampleKind;
  /** Bytes; numbers of any size for `grey`. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

/** What is done where PIL's way surprises people. */
export interface ToRgbOptions {
  /**
   * What is under transparent pixels: "ignore" takes the colours that the file stores for them, as PIL does; "white",
   * "black" or "#rrggbb" lays them on that colour. Default "ignore".
   */
  readonly background?: string;
  /** Grey samples of more than 8 bits: "clip" makes everything above 255 white, as PIL does; "scale" divides by 256. Default "clip". */
  readonly deepGrey?: DeepGrey;
}

type Colour = readonly [red: number, green: number, blue: number];

const COLOURS: Readonly<Record<string, Colour>> = { white: [255, 255, 255], black: [0, 0, 0] };

/** What `background` may be. */
export const BACKGROUNDS = ["ignore", "white", "black", "#rrggbb"] as const;

/** Whether a value of unknown origin is one of them. */
export const isBackground = (value: unknown): boolean =>
  typeof value === "string" && (value === "ignore" || colourOf(value) !== undefined);

/** @throws {InvalidOptionError} When `background` is no colour. */
function parseBackground(background: string): Colour | undefined {
  if (background === "ignore") return undefined;
  const colour = colourOf(background);
  if (colour !== undefined) return colour;
  throw new InvalidOptionError(
    `Cannot lay a picture on the background ${quote(background)}: give ${BACKGROUNDS.map(quote).join(", ")}`,
    "background",
    background,
    BACKGROUNDS,
  );
}

/** @throws {InvalidOptionError} When an option has no meaning. To be called before anything is decoded. */
export function checkReading({ background = "ignore", deepGrey = "clip" }: ToRgbOptions): void {
  parseBackground(background);
  keyword("deepGrey", deepGrey, DEEP_GREYS);
}

function colourOf(name: string): Colour | undefined {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(name);
  if (hex !== null) return hex.slice(1).map((two) => Number.parseInt(two, 16)) as unknown as Colour;
  return Object.hasOwn(COLOURS, name) ? COLOURS[name] : undefined;
}

/** What of the options is not the default; undefined where nothing is. */
function unusual({ background = "ignore", deepGrey = "clip" }: ToRgbOptions): ImageReading | undefined {
  if (background === "ignore" && deepGrey === "clip") return undefined;
  return {
    ...(background === "ignore" ? {} : { background }),
    ...(deepGrey === "clip" ? {} : { deepGrey }),
  };
}

/**
 * Samples as 8-bit RGB, with a warning where people would expect another picture, and with the options that are not the
 * defaults.
 *
 * @param called - What the picture is called in warnings: "the picture", or with its name.
 * @throws {InvalidOptionError} When an option has no meaning.
 */
export function samplesToRgb(samples: Samples, options: ToRgbOptions, called: string): RgbImage {
  checkReading(options);
  const background = parseBackground(options.background ?? "ignore");
  const image = pixelsOf(samples, background, options.deepGrey ?? "clip", called);
  const reading = unusual(options);
  return reading === undefined ? image : { ...image, reading };
}

function pixelsOf(samples: Samples, background: Colour | undefined, deepGrey: DeepGrey, called: string): RgbImage {
  switch (samples.kind) {
    case "grey":
      return greyToRgb(samples, deepGrey, called);
    case "rgb":
      return rgbImage(samples.width, samples.height, new Uint8Array(samples.data));
    case "cmyk":
      return cmykToRgb(samples, called);
    case "grey-alpha":
    case "rgb-alpha":
      return alphaToRgb(samples, background, called);
  }
}

function greyToRgb({ width, height, data }: Samples, deepGrey: DeepGrey, called: string): RgbImage {
  const scale = data instanceof Uint16Array && deepGrey === "scale" ? 256 : 1;
  let clipped = 0;
  const rgb = new Uint8Array(width * height * CHANNELS);
  for (let i = 0; i < width * height; i++) {
    const value = Math.trunc((data[i] as number) / scale);
    if (value > 255) clipped++;
    const byte = value > 255 ? 255 : value > 0 ? value : 0;
    for (let c = 0; c < CHANNELS; c++) rgb[CHANNELS * i + c] = byte;
  }
  const message = `${percent(clipped, width * height)} of the pixels of ${called} are white, because it has grey levels above 255 and Python's pipeline (PIL) cuts them off: to scale them instead, use --deep-grey scale (option deepGrey)`;
  return withWarning(rgbImage(width, height, rgb), clipped > 0, { code: "grey-levels-clipped", message });
}

/** Pillow's cmyk2rgb (src/libImaging/Convert.c): no profile, each ink and black taken away from white. */
function cmykToRgb({ width, height, data }: Samples, called: string): RgbImage {
  const rgb = new Uint8Array(width * height * CHANNELS);
  for (let i = 0; i < width * height; i++) {
    const white = 255 - (data[4 * i + 3] as number);
    for (let c = 0; c < CHANNELS; c++) {
      rgb[CHANNELS * i + c] = Math.max(0, white - mulDiv255(data[4 * i + c] as number, white));
    }
  }
  const message = `The colours of ${called} are stored as printing inks (CMYK), and the model sees what Python's pipeline (PIL) makes of them, which is brighter than print: to choose its colours, convert it to RGB first`;
  return withWarning(rgbImage(width, height, rgb), true, { code: "printing-inks", message });
}

function alphaToRgb({ width, height, kind, data }: Samples, background: Colour | undefined, called: string): RgbImage {
  const colours = kind === "rgb-alpha" ? CHANNELS : 1;
  const rgb = new Uint8Array(width * height * CHANNELS);
  let transparent = 0;
  for (let i = 0; i < width * height; i++) {
    const at = i * (colours + 1);
    const alpha = data[at + colours] as number;
    if (alpha < 255) transparent++;
    for (let c = 0; c < CHANNELS; c++) {
      const stored = data[at + (colours === 1 ? 0 : c)] as number;
      rgb[CHANNELS * i + c] = background === undefined ? stored : blend(stored, background[c] as number, alpha);
    }
  }
  const message = `${percent(transparent, width * height)} of the pixels of ${called} are transparent, wholly or in part, and the model sees the colours that the file stores for them, as in Python's pipeline (PIL): to lay the picture on white instead, use --background white (option background)`;
  return withWarning(rgbImage(width, height, rgb), transparent > 0 && background === undefined, {
    code: "transparency-ignored",
    message,
  });
}

/** Pillow's product of two bytes as parts of 255, rounded (src/libImaging/ImagingUtils.h). */
function mulDiv255(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/** Pillow's blend of two bytes by a mask (src/libImaging/ImagingUtils.h, BLEND). */
function blend(over: number, under: number, alpha: number): number {
  const sum = over * alpha + under * (255 - alpha) + 128;
  return ((sum >> 8) + sum) >> 8;
}

const withWarning = (image: RgbImage, surprises: boolean, warning: ImageWarning): RgbImage =>
  surprises ? { ...image, warnings: [warning] } : image;

/** At least "under 1 %", so that a few pixels are not called none. */
function percent(part: number, whole: number): string {
  const share = Math.round((100 * part) / whole);
  return share === 0 ? "Under 1 %" : `${share} %`;
}

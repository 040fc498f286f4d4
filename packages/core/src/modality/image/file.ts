/** @file Pictures as files: their endings, and how they are read. */

import type { FileForm } from "../../attribution/explainable-model.ts";
import type { ImageInput } from "../../attribution/input.ts";
import { DEEP_GREYS } from "../../input/image/rgb-image.ts";
import { BACKGROUNDS, isBackground } from "../../input/image/samples.ts";
import { defineOption } from "../../options/option.ts";
import { oneOf, textThat } from "../../options/types.ts";

/** Endings of files that hold pictures. */
export const IMAGE_EXTENSIONS: readonly string[] = [
  ...[".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"],
  ...[".bmp", ".ppm", ".pgm", ".pbm", ".pnm"],
];

/** How pictures are read (`ToRgbOptions`). */
const PICTURE_OPTIONS = {
  background: defineOption<string>({
    type: textThat("COLOUR", isBackground, `give ${BACKGROUNDS.map((one) => `"${one}"`).join(", ")}`),
    group: "Input",
    summary:
      "what lies under transparent pixels: white, black or #rrggbb; ignore takes the colours that the file stores for them, as Python's pipelines do",
    default: BACKGROUNDS[0],
  }),
  deepGrey: defineOption({
    type: oneOf(DEEP_GREYS, "HOW"),
    group: "Input",
    summary:
      "grey levels of more than 8 bits: clip makes those above 255 white, as Python's pipelines do; scale divides them by 256",
    default: DEEP_GREYS[0],
  }),
};

export const pictureFile: FileForm<ImageInput> = {
  called: "picture",
  calledMany: "pictures",
  formats: "JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP, PPM, PGM, PBM",
  endings: IMAGE_EXTENSIONS,
  accept: "image/*",
  options: PICTURE_OPTIONS,
  read: async ({ bytes, name }, options, { decodePicture }) => ({
    image: await decodePicture(bytes, { ...options, ...(name === undefined ? {} : { name }) }),
  }),
  picture: ({ image }) => image,
};

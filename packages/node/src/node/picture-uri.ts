/** @file Pictures as data URIs, small enough to be put into pages. */

import { CHANNELS, type RgbImage } from "@calig/core/internal/input/image/rgb-image";
import { loadSharp } from "../util/load-sharp.ts";

/** Longest side of the pictures in pages, pixels. */
const LONGEST_SIDE = 1024;
const QUALITY = 85;

/** A picture as `data:image/jpeg;base64,...`, made smaller where a side is longer than 1024 pixels. */
export async function pictureUri({ width, height, data }: RgbImage): Promise<string> {
  const sharp = await loadSharp("draw pictures");
  const jpeg = await sharp(data, { raw: { width, height, channels: CHANNELS } })
    .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: QUALITY })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
}

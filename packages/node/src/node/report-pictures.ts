/** @file The pictures that explanations of a report are about, where they are still in their files. */

import { access } from "node:fs/promises";
import { InputError } from "@calig/core/internal/errors";
import { CHANNELS, type RgbImage } from "@calig/core/internal/input/image/rgb-image";
import { isWritten } from "@calig/core/internal/render/evidence";
import type { ReportEntry } from "@calig/core/internal/report/evidence/evidence-report";
import { loadSharp } from "../util/load-sharp.ts";
import { readImageFile } from "./image-file.ts";
import { pictureUri } from "./picture-uri.ts";

/** Side of the pictures of lists, pixels: twice of what is shown, for sharp screens. */
const THUMBNAIL = 96;

/** Whether the picture of an explanation may be there still. */
export const hasPicture = ({ source, explanation }: ReportEntry): Promise<boolean> =>
  isWritten(explanation)
    ? Promise.resolve(false)
    : access(source.file).then(
        () => true,
        () => false,
      );

/** The picture of an explanation, read as it was when it was explained; undefined where its file is gone, is no picture, or is of another size. */
async function pictureOf({ source, explanation }: ReportEntry): Promise<RgbImage | undefined> {
  if (isWritten(explanation)) return undefined;
  const { input } = explanation;
  try {
    const { background, deepGrey } = input;
    const image = await readImageFile(source.file, {
      ...(background === undefined ? {} : { background }),
      ...(deepGrey === undefined ? {} : { deepGrey }),
    });
    return image.width === input.width && image.height === input.height ? image : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The same as a data URI. */
export async function reportPicture(entry: ReportEntry): Promise<string | undefined> {
  const image = await pictureOf(entry);
  return image === undefined ? undefined : pictureUri(image);
}

/** What the model saw of it, small, as WebP: the patches lie over all of it. */
export async function reportThumbnail(entry: ReportEntry): Promise<Uint8Array | undefined> {
  const image = await pictureOf(entry);
  if (image === undefined || isWritten(entry.explanation)) return undefined;
  const sharp = await loadSharp("draw pictures");
  const [left, top, width, height] = entry.explanation.input.seen.map(Math.round) as [number, number, number, number];
  const within = {
    left: Math.min(left, image.width - 1),
    top: Math.min(top, image.height - 1),
    width: Math.max(1, Math.min(width, image.width - left)),
    height: Math.max(1, Math.min(height, image.height - top)),
  };
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: CHANNELS } })
    .extract(within)
    .resize({ width: THUMBNAIL, height: THUMBNAIL, fit: "fill" })
    .webp({ quality: 60 })
    .toBuffer();
}

/** @file A picture that was dropped, small enough to be shown and put into exported pages. */

import { InputError } from "../errors.ts";
import type { ToRgbOptions } from "../input/image/samples.ts";

/** Longest side of pictures in pages, pixels: as in rendered pages. */
const LONGEST_SIDE = 1024;

/**
 * The picture that the model sees, before it is made smaller for it, as a data URI of JPEG.
 *
 * @returns Undefined where this browser does not decode the file to the same pixels (`decodeImage` of calig/web): a server
 * may read it all the same.
 * @throws {InvalidOptionError} When an option of `reading` has no meaning.
 */
export async function seenPicture(file: Blob, reading: ToRgbOptions): Promise<string | undefined> {
  const { decodeImage } = await import("../web/decode-image.ts");
  try {
    const { width, height, data } = await decodeImage(file, reading);
    const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) pixels[4 * i + c] = data[3 * i + c] as number;
    }
    return jpegUri(await createImageBitmap(new ImageData(pixels, width, height)));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The picture as this browser shows it, on white; undefined where it does not know such files. */
export async function browsersPicture(file: Blob): Promise<string | undefined> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => undefined);
  return bitmap === undefined ? undefined : jpegUri(bitmap);
}

/** Closes the bitmap. */
function jpegUri(bitmap: ImageBitmap): string | undefined {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context !== null) {
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  }
  bitmap.close();
  return context === null ? undefined : canvas.toDataURL("image/jpeg", 0.85);
}

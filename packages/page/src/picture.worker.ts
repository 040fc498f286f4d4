/** @file Pictures to the pixels that models see, as JPEG to be shown: in a worker, so that large ones do not hold up the page. */

import { InputError } from "@calig/core/internal/errors";
import type { ImageReading } from "@calig/core/internal/input/image/rgb-image";
import { decodeImage } from "@calig/web/internal/web/decode-image";
import type { FromPictureWorker, ToPictureWorker } from "./worker-protocol.ts";

/** Longest side of pictures in pages, pixels: as in rendered pages. */
const LONGEST_SIDE = 1024;

/** Undefined where this browser does not decode the file to the pixels of every other place. */
async function seen(file: Blob, reading: ImageReading): Promise<Blob | undefined> {
  try {
    const { width, height, data } = await decodeImage(file, reading);
    const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) pixels[4 * i + c] = data[3 * i + c] as number;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    const size = [width, height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
    const canvas = new OffscreenCanvas(...size);
    const bitmap = await createImageBitmap(new ImageData(pixels, width, height));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, ...size);
    bitmap.close();
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

const send = (message: FromPictureWorker) => self.postMessage(message);

self.addEventListener("message", ({ data: { file, reading } }: MessageEvent<ToPictureWorker>) => {
  seen(file, reading).then(
    (picture) => send({ picture }),
    (error: unknown) => send({ error: error instanceof Error ? error.message : String(error) }),
  );
});

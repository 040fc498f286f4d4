/** @file A picture that was dropped, small enough to be shown and put into exported pages. */

import type { ImageReading } from "@calig/core/internal/input/image/rgb-image";
import { ClientError } from "./client.ts";
import { dataUri } from "./data-uri.ts";
import type { FromPictureWorker, ToPictureWorker } from "./worker-protocol.ts";

/** Height of the pictures that are only shown beside the choice of a file, pixels: twice that of the style sheet. */
const SHOWN_HEIGHT = 256;

/**
 * The picture that the model sees, before it is made smaller for it, as a data URI of JPEG with sides up to 1024 pixels.
 *
 * @returns Undefined where this browser does not decode the file to the same pixels (`decodeImage` of calig/web): a server
 * may read it all the same.
 * @throws {ClientError} When an option of `reading` has no meaning.
 */
export async function seenPicture(file: Blob, reading: ImageReading): Promise<string | undefined> {
  const worker = new Worker(new URL("./picture.worker.ts", import.meta.url), { type: "module" });
  try {
    const answer = await new Promise<FromPictureWorker>((resolve) => {
      worker.addEventListener("message", ({ data }: MessageEvent<FromPictureWorker>) => resolve(data));
      worker.addEventListener("error", () => resolve({ picture: undefined }));
      worker.postMessage({ file, reading } satisfies ToPictureWorker);
    });
    if ("error" in answer) throw new ClientError(answer.error, "InputError");
    return answer.picture === undefined ? undefined : await dataUri(answer.picture);
  } finally {
    worker.terminate();
  }
}

/** The picture as this browser shows it, on white; undefined where it does not know such files. */
export async function browsersPicture(file: Blob): Promise<string | undefined> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => undefined);
  if (bitmap === undefined) return undefined;
  const scale = Math.min(1, SHOWN_HEIGHT / bitmap.height);
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

/** @file A picture that was dropped, small enough to be shown and put into exported pages. */

import { ClientError } from "./client.ts";

/** Longest side of pictures in pages, pixels: as in rendered pages. */
const LONGEST_SIDE = 1024;

/** The picture as a data URI of JPEG. @throws {ClientError} When the browser cannot decode it. */
export async function pictureUri(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch((cause: unknown) => {
    throw new ClientError(
      "Cannot read the picture: the browser cannot decode it; give a PNG, JPEG, WebP or GIF file",
      "InputError",
      { cause },
    );
  });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) throw new ClientError("Cannot show the picture: the browser gives no canvas", "InputError");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.toDataURL("image/jpeg", 0.85);
}

/** @file A picture to draw patches on: only image bytes inside a data URI, never an address. */

import { InvalidOptionError } from "../errors.ts";

const DATA_URI = /^data:image\/(?:png|jpeg|webp|gif|avif);base64,[A-Za-z0-9+/]+={0,2}$/;

/**
 * The picture itself when it is one.
 *
 * @throws {InvalidOptionError} When it is not a base64 data URI of a PNG, JPEG, WebP, GIF or AVIF image.
 */
export function checkPicture(picture: string): string {
  if (DATA_URI.test(picture)) return picture;
  throw new InvalidOptionError(
    `Cannot use picture "${picture.slice(0, 40)}": give a data URI of image/png, image/jpeg, image/webp, image/gif or image/avif in base64`,
    "picture",
  );
}

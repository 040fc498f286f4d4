/** @file From the pixels that a model sees back to the picture that the user gave. */

import type { Size } from "./rgb-image.ts";

/** How a picture became the input of a model: resized, then cut out (or padded). */
export interface PixelMap {
  /** The picture of the user. */
  readonly original: Size;
  /** The whole picture at the scale of the model's input. */
  readonly resized: Size;
  /** Place of the input's top left corner on the resized picture; negative where black was added. */
  readonly left: number;
  readonly top: number;
  /** The input of the model. */
  readonly input: Size;
}

/** A part of a picture. Pixels of the original picture, with fractions; x and width to the right, y and height down. */
export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

/**
 * The part of the original picture that a part of the model's input shows.
 *
 * What lies outside of the picture (black that was added) is cut off; nothing is left then of a part that shows only
 * black: its width or height is 0.
 */
export function originalRectangle({ original, resized, left, top }: PixelMap, part: Rectangle): Rectangle {
  const [x, width] = backAlong(part.x + left, part.width, original.width, resized.width);
  const [y, height] = backAlong(part.y + top, part.height, original.height, resized.height);
  return { x, y, width, height };
}

/** The part of the original picture that the model saw at all. */
export const seenRectangle = (map: PixelMap): Rectangle => originalRectangle(map, { x: 0, y: 0, ...map.input });

/** The part of the original picture that one patch of the input shows; `patch` is its side in pixels of the input. */
export const patchRectangle = (map: PixelMap, patch: number, row: number, column: number): Rectangle =>
  originalRectangle(map, { x: column * patch, y: row * patch, width: patch, height: patch });

/** Start and length along one axis. */
function backAlong(start: number, length: number, original: number, resized: number): [start: number, length: number] {
  const clip = (place: number) => Math.min(Math.max((place * original) / resized, 0), original);
  const from = clip(start);
  return [from, clip(start + length) - from];
}

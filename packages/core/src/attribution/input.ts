/** @file The inputs of calig's own kinds, as callers give them. */

import type { RgbImage } from "../input/image/rgb-image.ts";

/** A text, or a pair of texts for models that judge pairs. */
export interface TextInput {
  readonly text: string;
  readonly pair?: string;
}

/** A picture to explain, decoded: 8-bit RGB, the right way up. */
export interface ImageInput {
  readonly image: RgbImage;
}

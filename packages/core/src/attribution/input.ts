/** @file The inputs of calig's own kinds, as callers give them. */

import type { RgbImage } from "../input/image/rgb-image.ts";

/** A text, or a pair of texts for models that judge pairs. */
export interface TextInput {
  readonly text: string;
  readonly pair?: string;
}

/**
 * A prompt, and what is asked of a language model about it: how probable an answer is, also held against another one.
 * Without an answer it is asked for its most probable next token.
 */
export interface PromptInput {
  readonly prompt: string;
  /** What follows the prompt, spaces included: " Paris". */
  readonly answer?: string;
  /** Another answer: the score is that of `answer` minus that of this one. */
  readonly against?: string;
}

/** A picture to explain, decoded: 8-bit RGB, the right way up. */
export interface ImageInput {
  readonly image: RgbImage;
}

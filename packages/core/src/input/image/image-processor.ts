/** @file What is done to a picture before a model sees it, whatever file says so. */

import type { ResizeFilter } from "./resize-filters.ts";
import type { Size } from "./rgb-image.ts";

/** One number for each of red, green, blue. */
export type PerChannel = readonly [red: number, green: number, blue: number];

/**
 * A size to resize to: exact, or with the proportions kept: given by the shorter side (the longer is cut off to whole
 * pixels), or the smallest that covers a size (both sides rounded to even).
 */
export type ResizeTarget = Size | { readonly shortestEdge: number } | { readonly cover: Size };

/** Steps in their order; what is undefined is not done. */
export interface ImageProcessor {
  readonly resize: { readonly to: ResizeTarget; readonly filter: ResizeFilter } | undefined;
  /** The middle part that is cut out. */
  readonly crop: Size | undefined;
  /** Where the middle is between two pixels: the one before it, as transformers does, or the even one, as torchvision. */
  readonly cropRounding?: "down" | "even";
  /** What bytes are multiplied by. */
  readonly rescale: number | undefined;
  /** What is taken away after that. */
  readonly offset?: number;
  /** (value - mean) / std for each channel. */
  readonly normalise: { readonly mean: PerChannel; readonly std: PerChannel } | undefined;
  /** What is divided by last, for each channel. */
  readonly divide?: PerChannel;
  /** Order of the channels in the tensor. Default "rgb"; nothing is normalised by channel where it is "bgr". */
  readonly channels?: "rgb" | "bgr";
}

/** The steps that turn a byte into a number. */
export type ByteSteps = Pick<ImageProcessor, "rescale" | "offset" | "normalise" | "divide" | "channels">;

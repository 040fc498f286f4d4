/** @file An input made ready for a model, whatever it was before: what attribution methods may know of it. */

import type { PatchFeature, TokenFeature } from "../input/features.ts";
import type { ImageProcessor } from "../input/image/image-processor.ts";
import type { FittedImage } from "../input/image/process-image.ts";
import type { ImageReading } from "../input/image/rgb-image.ts";
import type { EncodedText } from "../input/text/tokenizer.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { Warning } from "./explanation.ts";

interface PreparedCommon {
  /** The input as the forward program reads it, batch of one. */
  readonly feeds: Feeds;
  /** One per position of the hidden states. */
  readonly features: readonly { readonly special: boolean }[];
  /** 1 where the feature is part of the input and may be replaced by a baseline, 0 for special features [positions]. */
  readonly replaceable: Float32Array;
  readonly warnings: readonly Warning[];
}

export interface PreparedText extends PreparedCommon {
  readonly kind: "text";
  readonly encoded: EncodedText;
  readonly features: readonly TokenFeature[];
  /** Where this is one of several windows on a text: the tokens of the text before it, and in all, special ones left out. */
  readonly window?: { readonly start: number; readonly total: number };
}

export interface PreparedImage extends PreparedCommon {
  readonly kind: "image";
  readonly features: readonly PatchFeature[];
  /** The picture as the model sees it, before it is normalised, and where on the original it lies. */
  readonly fitted: FittedImage;
  readonly processor: ImageProcessor;
  /** How the picture's file was read, where that was not as always. */
  readonly reading?: ImageReading;
}

/** Methods work on the common part; baselines and results look at the kind. */
export type PreparedInput = PreparedText | PreparedImage;

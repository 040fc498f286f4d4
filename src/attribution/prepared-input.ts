/** @file An input made ready for a model, whatever it was before: what attribution methods may know of it. */

import type { EncodedText } from "../input/text/tokenizer.ts";
import type { TokenUnit } from "../input/units.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { Warning } from "./explanation.ts";

interface PreparedCommon {
  /** The input as the forward program reads it, batch of one. */
  readonly feeds: Feeds;
  /** One per position of the hidden states. */
  readonly units: readonly { readonly special: boolean }[];
  /** 1 where the unit is part of the input and may be replaced by a baseline, 0 for special units [positions]. */
  readonly replaceable: Float32Array;
  readonly warnings: readonly Warning[];
}

export interface PreparedText extends PreparedCommon {
  readonly kind: "text";
  readonly encoded: EncodedText;
  readonly units: readonly TokenUnit[];
}

/** Methods work on the common part; baselines and results look at the kind. */
export type PreparedInput = PreparedText;

/** @file An input made ready to be perturbed and explained again, whatever it is: what measuring may know of it. */

import type { Warning } from "../attribution/explanation.ts";
import type { Part } from "../attribution/join-parts.ts";
import type { LongText } from "../attribution/options.ts";
import type { EvaluationFeature, FeatureKind } from "./features.ts";
import type { Replacement, ReplacementName } from "./replacement.ts";

export interface Measurable {
  /** What the model reads at once: one part, or the windows of a text. At least one. */
  readonly parts: readonly Part[];
  /** Positions of the whole, which maps have a value for; features name them. */
  readonly positionCount: number;
  readonly warnings: readonly Warning[];
  /** The original text; "" for images. */
  readonly text: string;
  /** Features that can be removed. */
  readonly features: readonly EvaluationFeature[];
  readonly replacement: Replacement;
  /** The input with the features of `others` in this order at the places that they had; the rest stays. */
  permuted(others: readonly number[]): readonly Part[];
  /** The input with these features replaced by the replacement. */
  removed(features: readonly number[]): readonly Part[];
}

/** How an input is made ready. */
export interface MeasurableOptions {
  readonly replacement: ReplacementName;
  /** Of texts: what is removed. */
  readonly features: FeatureKind;
  /** Of texts longer than the model reads. Default: windows. */
  readonly longText?: LongText;
  /** Of replacements that are drawn. */
  readonly seed: number;
}

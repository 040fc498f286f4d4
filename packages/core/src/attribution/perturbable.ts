/** @file An input made ready to be perturbed and explained again, whatever it is: what measuring may know of it. METHOD 8. */

import type { FloatTensor } from "../tensor/tensor.ts";
import type { Explanation, Warning } from "./explanation.ts";
import type { Part } from "./prepared-input.ts";

/** One removable element of an input. */
export interface EvaluationFeature {
  /** Indices of the model's positions that it is made of; at least one. */
  readonly positions: readonly number[];
  /** UTF-16 offsets into the text, end exclusive; both 0 where the input is no text. */
  readonly start: number;
  readonly end: number;
  /** Of a patch: the part of the picture that it shows, as shares of the picture's width and height. */
  readonly area?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** Which features of an input are kept, one number per feature: 1 kept, 0 removed. */
export type Kept = Uint8Array;

/** One draw of a replacement on one input: variants of the input with some features replaced. */
export interface Variants {
  /** Most positions of the model that one row has: what a batch is sized by. */
  readonly positions: number;
  /** What the model reads of a variant: one part, or the windows of a text. */
  readonly parts: readonly VariantPart[];
  /** The input with these features replaced, to be explained; absent where it has no places for them any more. */
  removed?(features: readonly number[]): readonly Part[];
}

/** One part of all variants. */
export interface VariantPart {
  /** Weight of its score in that of the whole; the weights of all parts sum to 1. */
  readonly share: number;
  /** What the model says to this part of each variant: [variants, classes]. Cost: one forward pass per variant. */
  logits(variants: readonly Kept[]): Promise<FloatTensor>;
}

/** An input of which features can be removed and moved. */
export interface Perturbable {
  /** What the model reads at once: one part, or the windows of a text. At least one. */
  readonly parts: readonly Part[];
  /** Positions of the whole, which maps have a value for; features name them. */
  readonly positionCount: number;
  readonly warnings: readonly Warning[];
  /** Features that can be removed. */
  readonly features: readonly EvaluationFeature[];
  /** What comparisons say of the input, and of each of these features. */
  readonly shown: { readonly input: Explanation["input"]; readonly features: readonly object[] };
  /** The input with the features of `others` in this order at the places that they had; the rest stays. */
  permuted(others: readonly number[]): readonly Part[];
}

/** How an input is perturbed. */
export interface PerturbOptions {
  /** What is removed, where the kind of input has several: words or tokens. */
  readonly features: string;
}

/** @file An input made ready to be perturbed and explained again, whatever it is: what measuring may know of it. METHOD 8. */

import type { Feeds } from "../runtime/runtime.ts";
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

/** Variants of one input: the same input with some features replaced. */
export interface Replacement {
  /** What a removed feature is replaced by: "mask", "pad". */
  readonly name: string;
  /** Number of features that can be removed. */
  readonly featureCount: number;
  /** Most positions of the model that one row has: what a batch is sized by. */
  readonly positions: number;
  /** What the model reads of a variant: one part, or the windows of a text. */
  readonly parts: readonly ReplacementPart[];
}

/** One part of all variants. */
export interface ReplacementPart {
  /** Weight of its score in that of the whole; the weights of all parts sum to 1. */
  readonly share: number;
  /** Feeds of the model with one row per variant. */
  feeds(variants: readonly Kept[]): Feeds;
}

export interface Perturbable {
  /** What the model reads at once: one part, or the windows of a text. At least one. */
  readonly parts: readonly Part[];
  /** Positions of the whole, which maps have a value for; features name them. */
  readonly positionCount: number;
  readonly warnings: readonly Warning[];
  /** Features that can be removed. */
  readonly features: readonly EvaluationFeature[];
  readonly replacement: Replacement;
  /** What comparisons say of the input, and of each of these features. */
  readonly shown: { readonly input: Explanation["input"]; readonly features: readonly object[] };
  /** The input with the features of `others` in this order at the places that they had; the rest stays. */
  permuted(others: readonly number[]): readonly Part[];
  /** The input with these features replaced by the replacement. */
  removed(features: readonly number[]): readonly Part[];
}

/** How an input is perturbed. */
export interface PerturbOptions {
  readonly replacement: string;
  /** What is removed, where the kind of input has several: words or tokens. */
  readonly features: string;
  /** Of replacements that are drawn. */
  readonly seed: number;
}

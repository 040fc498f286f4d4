/** @file The words that options of explanations may be, and their plain defaults: what a page takes without the declarations. */

import type { RgbImage } from "../input/image/rgb-image.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { ScoreKind } from "./explanation.ts";

/** What attributions are measured in: all scores, by name. */
export const SCORE_KINDS = [
  "logit",
  "probability",
  "log-probability",
  "margin",
] as const satisfies readonly ScoreKind[];

/** How block relevance and attention evidence become one map: all ways, by name. */
export const FUSIONS = ["transport", "additive", "gate"] as const;
/** How block relevance and attention evidence become one map. */
export type Fusion = (typeof FUSIONS)[number];

/** How much each block counts in the result: all ways, by name. */
export const LAYER_WEIGHTS = ["uniform", "balanced", "magnitude", "decay", "last"] as const;
/** How much each block counts in the result. */
export type LayerWeightsName = (typeof LAYER_WEIGHTS)[number];

/** Weights of the blocks where nothing is said: what measured better on models of that kind (docs/ablations.md). */
export const DEFAULT_LAYER_WEIGHTS = { text: "uniform", image: "balanced" } as const satisfies Readonly<
  Record<string, LayerWeightsName>
>;

/** Rules with fixed points. */
export const QUADRATURE_RULES = [
  "gauss-legendre",
  "riemann-left",
  "riemann-right",
  "riemann-mid",
  "riemann-trapezoid",
] as const;
export type QuadratureRuleName = (typeof QUADRATURE_RULES)[number];

/** How the integral of a block is computed: all ways, by name. */
export const QUADRATURES = ["spline", "lean-spline", ...QUADRATURE_RULES, "stochastic"] as const;
/** How the integral of a block is computed. */
export type Quadrature = (typeof QUADRATURES)[number];

/** What integrates where nothing is said: a spline finds its places by the error, a fixed number of points suits Gauss. */
export const defaultQuadrature = (steps: number | "auto"): Quadrature =>
  steps === "auto" ? "spline" : "gauss-legendre";

/** The names of the baselines of texts. */
export const TEXT_BASELINES = ["mask", "pad", "unk", "mean", "zero-embedding", "zero", "frequent-words"] as const;
export type TextBaseline = (typeof TEXT_BASELINES)[number];

/** The names of the baselines of pictures. */
export const IMAGE_BASELINES = ["blur", "black", "white", "mean", "noise", "zero"] as const;
export type ImageBaseline = (typeof IMAGE_BASELINES)[number];

/** All baselines, each once: those of texts, then those that only images have. */
export const BASELINES = [...new Set<BaselineName>([...TEXT_BASELINES, ...IMAGE_BASELINES])] as const;
/** The names of baselines of all kinds of inputs. */
export type BaselineName = TextBaseline | ImageBaseline;

/** A baseline that is computed for each input (define.ts says what it gets). Results state its name and settings. */
export interface BaselineObject {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  hiddenState(context: never): FloatTensor | Promise<FloatTensor>;
}

/**
 * The caller's own baseline, from which the model computes the hidden states of all blocks:
 *
 * - a text (for pairs, two), whose tokens take the places of the input's: see `customTextBaseline`;
 * - a picture of any size, prepared for the model as the input is;
 * - a first hidden state [positions, width], or [1, positions, width], special positions included;
 * - a function that gives such a state for an input, and its name: see `defineBaseline`.
 */
export type CustomBaseline =
  | { readonly text: string; readonly pair?: string }
  | { readonly image: RgbImage }
  | { readonly hiddenState: FloatTensor }
  | BaselineObject;
/** What an input is compared with: a name, an input of your own, or the mean over several. */
export type Baseline = BaselineName | CustomBaseline;

/** A question from outside (question-object.ts says what it has): an object in the place of the name of a score. */
export interface QuestionObject {
  readonly name: string;
  /** What readers call the unit of the attributions: "log-odds of the group". Default: the name in words. */
  readonly title?: string;
  /** One line for help texts. */
  readonly summary?: string;
  /**
   * What is explained, for questions that are not about a class: "entropy of the prediction". Words support or oppose it, and
   * neither `target` nor `against` has an effect. Absent for questions about a class.
   */
  readonly subject?: string;
  /** Name of the baseline that inputs are compared with where the caller chooses none. Default: that of the model. */
  readonly baseline?: string;
  /** What this object was made with, as plain data. Results state it. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Changes when the answers change: stored measurements of older ones are not used. Absent for 1. */
  readonly revision?: number;
  emit(graph: never): string;
}

/** A replacement as an object, made by `defineReplacement` (explainable-model.ts says what it has). */
export interface ReplacementObject {
  readonly name: string;
  /** Name of the modality whose inputs it is for. */
  readonly kind: string;
  open(context: never): unknown;
}

/** How counterfactuals are tested. */
export interface CounterfactualOptions {
  /** What stands in for removed features. Default: what metrics use: mask token or what the model has, blur for images. */
  readonly replacement?: string | ReplacementObject;
  /** How many of the strongest features are removed one by one. Default: 5. */
  readonly strongest?: number;
  /** Most changed inputs that the search asks the model about. Default: 256. */
  readonly limit?: number;
}

/** What becomes of texts that are longer than the model reads: all ways, by name. */
export const LONG_TEXTS = ["windows", "truncate"] as const;
/** What becomes of a text that is longer than the model reads. */
export type LongText = (typeof LONG_TEXTS)[number];

/** Defaults that do not depend on the model or the input. */
export const DEFAULTS = {
  method: "ca-lig",
  score: "logit",
  steps: "auto",
  tolerance: 0.01,
  fusion: "transport",
  lambda: 0.5,
  longText: "windows",
  seed: 0,
} as const;

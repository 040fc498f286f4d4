/** @file The options of an explanation: names, allowed values, defaults. One table feeds the API, the command line and the docs. */

import type { RgbImage } from "../input/image/rgb-image.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { ScoreKind } from "./explanation.ts";

export const SCORE_KINDS = [
  "logit",
  "probability",
  "log-probability",
  "margin",
] as const satisfies readonly ScoreKind[];

export const FUSIONS = ["transport", "additive", "gate"] as const;
export type Fusion = (typeof FUSIONS)[number];

export const LAYER_WEIGHTS = ["uniform", "balanced", "magnitude", "decay", "last"] as const;
export type LayerWeightsName = (typeof LAYER_WEIGHTS)[number];

/** Weights of the blocks where nothing is said: what measured better on models of that kind (docs/ablations.md). */
export const defaultLayerWeights = (kind: "text" | "image"): LayerWeightsName =>
  kind === "image" ? "balanced" : "uniform";

/** Rules with fixed points. */
export const QUADRATURE_RULES = [
  "gauss-legendre",
  "riemann-left",
  "riemann-right",
  "riemann-mid",
  "riemann-trapezoid",
] as const;
export type QuadratureRuleName = (typeof QUADRATURE_RULES)[number];

export const QUADRATURES = ["spline", ...QUADRATURE_RULES, "stochastic"] as const;
export type Quadrature = (typeof QUADRATURES)[number];

/** What integrates where nothing is said: a spline finds its places by the error, a fixed number of points suits Gauss. */
export const defaultQuadrature = (steps: number | "auto"): Quadrature =>
  steps === "auto" ? "spline" : "gauss-legendre";

export const TEXT_BASELINES = ["mask", "pad", "unk", "mean", "zero-embedding", "zero"] as const;
export type TextBaseline = (typeof TEXT_BASELINES)[number];

export const IMAGE_BASELINES = ["blur", "black", "white", "mean", "noise", "zero"] as const;
export type ImageBaseline = (typeof IMAGE_BASELINES)[number];

/** All baselines, each once: those of texts, then those that only images have. */
export const BASELINES = [...new Set<BaselineName>([...TEXT_BASELINES, ...IMAGE_BASELINES])] as const;
export type BaselineName = TextBaseline | ImageBaseline;

/**
 * The caller's own baseline, from which the model computes the hidden states of all blocks:
 *
 * - a text (for pairs, two), whose tokens take the places of the input's: see `customTextBaseline`;
 * - a picture of any size, prepared for the model as the input is;
 * - a first hidden state [positions, width], or [1, positions, width], special positions included.
 */
export type CustomBaseline =
  | { readonly text: string; readonly pair?: string }
  | { readonly image: RgbImage }
  | { readonly hiddenState: FloatTensor };
export type Baseline = BaselineName | CustomBaseline;

export const LONG_TEXTS = ["windows", "truncate"] as const;
export type LongText = (typeof LONG_TEXTS)[number];

/** A method as an object: one of `METHODS`, or one of the caller's own made by `defineMethod` (method.ts says what it has). */
export interface MethodObject {
  readonly name: string;
  readonly title?: string;
  readonly summary: string;
  readonly signed: boolean;
  readonly classSpecific: boolean;
  readonly complete?: true;
  readonly randomControl?: true;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly revision?: number;
  run(context: never): Promise<unknown>;
}

/** What the caller may choose; everything has a default (`DEFAULTS`). */
export interface ExplainOptions {
  /** The attribution method: the name of one of `METHODS`, or a method itself. */
  readonly method?: string | MethodObject;
  /**
   * Class to explain, by label or index: a number, or "#1", which is an index whatever the classes are called. A label that
   * several classes have is refused. Default: the predicted class.
   */
  readonly target?: string | number;
  /** Class to explain the target against, named as `target` is: the score becomes the difference of the two. */
  readonly against?: string | number;
  /**
   * For models that label every token: which one, by its index in `features` (a number, or "#5") or by the word it begins, where the
   * text has it once. Default: the token
   * that is most surely something else than the most frequent label.
   */
  readonly token?: number | string;
  readonly score?: ScoreKind;
  /** What the input is compared with. Several: integrals, and losses of occlusion, are averaged over them. */
  readonly baseline?: Baseline | readonly Baseline[];
  /** Quadrature points per block, >= 1, or "auto": refine until `tolerance` is met. */
  readonly steps?: number | "auto";
  /** Relative completeness error that "auto" refines to, > 0. */
  readonly tolerance?: number;
  /** Default: "spline" where `steps` is "auto", else "gauss-legendre". */
  readonly quadrature?: Quadrature;
  readonly fusion?: Fusion;
  /** Weight of the block relevance in `additive` fusion, 0..1. */
  readonly lambda?: number;
  /** A named scheme or one non-negative number per explained block. Default: "balanced" for pictures, "uniform" for texts. */
  readonly layerWeights?: LayerWeightsName | readonly number[];
  /** Blocks to explain. Default: all. */
  readonly layers?: readonly number[];
  /**
   * Texts longer than the model reads: "windows" that overlap, joined into one map of the whole text, or "truncate":
   * the beginning only. Default: windows; pairs of texts are always truncated.
   */
  readonly longText?: LongText;
  /** Whether blocks tell the attention evidence of every head too, which takes one more pass. Default: no. */
  readonly heads?: boolean;
  readonly seed?: number;
  /** Bytes that one run may use for activations. Default: a share of the free memory. Models run block by block keep to what they were loaded with. */
  readonly memory?: number;
  /**
   * Seconds after which "auto" stops refining, > 0. What was reached is in the result, and a warning. Every block gets an
   * estimate, whatever time that takes. Default: no limit.
   */
  readonly timeBudget?: number;
  readonly signal?: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  readonly onProgress?: (done: number, activity: string) => void;
}

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
} as const satisfies ExplainOptions;

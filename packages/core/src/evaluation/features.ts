/** @file What metrics remove, keep and rank: features of an input, without the special ones. */

export { featureAttribution, only, ranked, without } from "../attribution/kept.ts";
export type { EvaluationFeature, Kept } from "../attribution/perturbable.ts";

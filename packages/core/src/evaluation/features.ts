/** @file What metrics remove, keep and rank: features of an input, without the special ones. */

import type { EvaluationFeature, Kept } from "../attribution/perturbable.ts";

export { only, ranked, without } from "../attribution/kept.ts";
export type { EvaluationFeature, Kept };

/** Attribution of each feature: the sum over its positions. */
export const featureAttribution = (features: readonly EvaluationFeature[], attribution: readonly number[]): number[] =>
  features.map(({ positions }) => positions.reduce((sum, position) => sum + (attribution[position] as number), 0));

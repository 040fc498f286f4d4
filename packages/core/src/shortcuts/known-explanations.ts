/** @file Explanations that there are already, by what they are of, so that nothing is explained twice. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Explanation } from "../attribution/explanation.ts";
import { DEFAULTS } from "../attribution/options.ts";
import type { EvaluationFeature } from "../attribution/perturbable.ts";
import { featureAttribution } from "../evaluation/features.ts";

/** Attribution of each feature of an input, in all and at the entry of blocks. */
export interface KnownMaps {
  readonly attribution: readonly number[];
  readonly blocks: readonly { readonly index: number; readonly fused: readonly number[] }[];
}

/** The maps of an input for a class, where an explanation of it was given. */
export type FindKnown = (
  input: object,
  target: number,
  features: readonly EvaluationFeature[],
  positionCount: number,
) => KnownMaps | undefined;

/** Explanations of texts by this model, for a class by itself and with a sign; pictures do not say which one they are. */
export function knownExplanations({ facts }: ExplainableModel, explanations: readonly Explanation[]): FindKnown {
  const byInput = new Map<string, Explanation>();
  for (const explanation of explanations) {
    const { layout, model, target, method, input } = explanation;
    const isOfClass = target.against === undefined && target.token === undefined && target.kind === DEFAULTS.score;
    if (layout !== "text" || model.sha256 !== facts.sha256 || !isOfClass || method.signed === false) continue;
    byInput.set(keyOf(target.index, (input as { readonly text: string }).text), explanation);
  }
  return (input, target, features, positionCount) => {
    const known = byInput.get(keyOf(target, (input as { readonly text?: string }).text ?? ""));
    if (known === undefined) return undefined;
    const byFeature = (values: readonly number[]): readonly number[] | undefined =>
      values.length === positionCount ? featureAttribution(features, values) : undefined;
    // Made of the columns of a run, an explanation has its words alone.
    const attribution =
      byFeature(known.attribution) ?? (known.attribution.length === features.length ? known.attribution : undefined);
    if (attribution === undefined) return undefined;
    return {
      attribution,
      blocks: known.blocks.flatMap(({ index, fused }) => {
        const own = byFeature(fused);
        return own === undefined ? [] : [{ index, fused: own }];
      }),
    };
  };
}

const keyOf = (target: number, text: string): string => `${target} ${text}`;

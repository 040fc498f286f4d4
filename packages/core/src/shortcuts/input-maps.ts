/** @file What suspicion goes by, for one input: the map of the method, and what the score loses with each feature. */

import { attribute } from "../attribution/attribute.ts";
import type { ExplainableModel, PreparedWhole } from "../attribution/explainable-model.ts";
import type { EvaluationFeature } from "../attribution/perturbable.ts";
import { createProbe } from "../attribution/probe.ts";
import { openReplacement, replacementOf } from "../attribution/replacement.ts";
import { resolveRun } from "../attribution/resolve-run.ts";
import { chooseScore } from "../attribution/target.ts";
import { featureAttribution } from "../evaluation/features.ts";
import type { Answer } from "./answers.ts";
import type { KnownMaps } from "./known-explanations.ts";

/** An input that is ready, and what can be removed from it. */
interface ReadInput {
  readonly whole: PreparedWhole;
  readonly features: readonly EvaluationFeature[];
}

/** The maps of an input. Cost: an explanation. */
export async function explained(
  model: ExplainableModel,
  { whole, features, positionCount }: ReadInput & { readonly positionCount: number },
  { signal, ...options }: { effort: string; seed: number; target: number; signal: AbortSignal | undefined },
): Promise<KnownMaps> {
  const run = resolveRun(model, { ...options, ...(signal === undefined ? {} : { signal }) } as object);
  const { attribution, blocks } = await attribute(model, whole.parts, positionCount, run);
  return {
    attribution: featureAttribution(features, attribution),
    blocks: blocks
      .filter(({ fused }) => fused.length === positionCount)
      .map(({ index, fused }) => ({ index, fused: featureAttribution(features, fused) })),
  };
}

/**
 * What the score of the predicted class loses with each feature. Where attention is sharp, gradients along a path miss what
 * this finds. Cost: a forward pass for each feature.
 */
export async function leftOutOf(
  model: ExplainableModel,
  { whole, features, own }: ReadInput & { readonly own: object },
  { logits }: Answer,
  target: number,
  seed: number,
): Promise<readonly number[] | null> {
  const { replacements, featureKinds } = model.modality;
  if (replacements.all.length === 0) return null;
  const replacement = replacementOf(model, replacements.defaultName(model));
  if (replacement.fromOthers === true) return null;
  const opened = await openReplacement(model, replacement, {
    whole,
    features,
    featureKind: featureKinds[0],
    seed,
    own,
  });
  const { score } = await chooseScore(model, logits, { target });
  const all = new Uint8Array(features.length).fill(1);
  const variants = features.map((_, feature) => all.map((kept, f) => (f === feature ? 0 : kept)));
  const [before, ...without] = await createProbe(model, opened, score).outputs([all, ...variants]);
  return without.map((output) => (before as (typeof without)[number]).score - output.score);
}

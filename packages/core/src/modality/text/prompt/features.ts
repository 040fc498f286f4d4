/** @file What can be removed from a prompt: words, tokens or parts, without what its baselines keep. */

import type { EvaluationFeature } from "../../../attribution/perturbable.ts";
import { InputError } from "../../../errors.ts";
import { type FeatureKind, textFeatures } from "../features.ts";
import type { WholeText } from "../prepare.ts";
import type { WholePrompt } from "./prepare.ts";

/** Whether a text is the prompt of a language model. */
export const isPrompt = (whole: WholeText | WholePrompt): whole is WholePrompt => "spans" in whole;

/**
 * The removable features of a prompt, in its order. Its first token, marks, and what a template sets around messages belong
 * to none: no method replaces them.
 *
 * @throws {InputError} For parts of a prompt that has none.
 */
export function promptFeatures(
  { whole, parts, spans, members }: WholePrompt,
  kind: FeatureKind,
): readonly EvaluationFeature[] {
  const replaceable = parts[0]?.input.replaceable;
  const all =
    kind === "part"
      ? spans.map(({ start, end }, p) => ({ positions: members[p] as readonly number[], start, end }))
      : textFeatures(whole, kind);
  const features = all
    .map((feature) => ({ ...feature, positions: feature.positions.filter((t) => replaceable?.[t] === 1) }))
    .filter(({ positions }) => positions.length > 0);
  if (features.length > 0) return features;
  throw new InputError(
    kind === "part"
      ? 'Cannot remove parts of the prompt: it has none; give "parts" (texts as they stand in the prompt) or messages of a chat, or remove words'
      : `Cannot remove ${kind}s of the prompt: it has none besides what is kept (its first token and special tokens); give a longer one`,
  );
}

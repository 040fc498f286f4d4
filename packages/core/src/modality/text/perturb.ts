/** @file A text ready to be perturbed: words, tokens or parts that can be removed and moved. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { EvaluationFeature, Perturbable, PerturbOptions } from "../../attribution/perturbable.ts";
import { InputError, keyword } from "../../errors.ts";
import { FEATURE_KINDS, type FeatureKind, grouped, textFeatures } from "./features.ts";
import { permutedText } from "./permuted.ts";
import type { WholeText } from "./prepare.ts";
import { isPrompt, promptFeatures } from "./prompt/features.ts";

/**
 * A text longer than the model reads has the features of all its windows, or of its beginning: as it is explained.
 *
 * @throws {InputError} For parts of what has none.
 */
export function perturbText(
  model: ExplainableModel,
  given: WholeText,
  { features: kind }: PerturbOptions,
): Perturbable {
  const { whole, warnings } = given;
  const { text } = whole;
  const features = featuresOf(given, keyword("features", kind, FEATURE_KINDS));
  // Methods that remove features remove the same ones.
  const prepared = { ...given, parts: given.parts.map((part) => grouped(part, features)) };
  const { parts } = prepared;
  return {
    parts,
    positionCount: whole.features.length,
    warnings: [...warnings, ...parts.flatMap((part) => part.input.warnings)],
    features,
    shown: {
      input: { kind: "text", text },
      features: features.map(({ start, end }) => ({ text: text.slice(start, end), start, end })),
    },
    permuted: (others) => permutedText(model, prepared, features, others),
  };
}

function featuresOf(given: WholeText, kind: FeatureKind): readonly EvaluationFeature[] {
  if (isPrompt(given)) return promptFeatures(given, kind);
  if (kind !== "part") return textFeatures(given.whole, kind);
  throw new InputError(
    "Cannot remove parts of a text: only prompts of language models have parts; remove words or tokens",
  );
}

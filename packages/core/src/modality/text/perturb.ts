/** @file A text ready to be perturbed: words or tokens that become a special token. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Perturbable, PerturbOptions } from "../../attribution/perturbable.ts";
import { keyword } from "../../errors.ts";
import { permutedText, removedText } from "./changed.ts";
import { FEATURE_KINDS, grouped, textFeatures } from "./features.ts";
import type { WholeText } from "./prepare.ts";
import { createTextReplacement, TEXT_REPLACEMENTS } from "./replacement.ts";

/** A text longer than the model reads has the features of all its windows, or of its beginning: as it is explained. */
export function perturbText(
  model: ExplainableModel,
  given: WholeText,
  { replacement: name, features: kind }: PerturbOptions,
): Perturbable {
  const replacement = keyword("replacement", name, TEXT_REPLACEMENTS);
  const { whole, warnings } = given;
  const { text } = whole;
  const features = textFeatures(whole, keyword("features", kind, FEATURE_KINDS));
  // Methods that remove features remove the same ones.
  const prepared = { ...given, parts: given.parts.map((part) => grouped(part, features)) };
  const { parts } = prepared;
  return {
    parts,
    positionCount: whole.features.length,
    warnings: [...warnings, ...parts.flatMap((part) => part.input.warnings)],
    features,
    replacement: createTextReplacement(model, prepared, features, replacement),
    shown: {
      input: { kind: "text", text },
      features: features.map(({ start, end }) => ({ text: text.slice(start, end), start, end })),
    },
    permuted: (others) => permutedText(model, prepared, features, others),
    removed: (removed) => removedText(model, prepared, features, removed, replacement),
  };
}

/** @file A text ready to be perturbed: words or tokens that can be removed and moved. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Perturbable, PerturbOptions } from "../../attribution/perturbable.ts";
import { keyword } from "../../errors.ts";
import { FEATURE_KINDS, grouped, textFeatures } from "./features.ts";
import { permutedText } from "./permuted.ts";
import type { WholeText } from "./prepare.ts";

/** A text longer than the model reads has the features of all its windows, or of its beginning: as it is explained. */
export function perturbText(
  model: ExplainableModel,
  given: WholeText,
  { features: kind }: PerturbOptions,
): Perturbable {
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
    shown: {
      input: { kind: "text", text },
      features: features.map(({ start, end }) => ({ text: text.slice(start, end), start, end })),
    },
    permuted: (others) => permutedText(model, prepared, features, others),
  };
}

/** @file A text ready to be perturbed: words or tokens that become a special token. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { prepareText, type TextInput } from "../attribution/text-input.ts";
import { permutedText, removedText } from "./changed-text.ts";
import { textFeatures } from "./features.ts";
import type { Measurable, MeasurableOptions } from "./measurable.ts";
import { createTextReplacement, textReplacement } from "./replacement.ts";

/** A text longer than the model reads has the features of all its windows, or of its beginning: as it is explained. */
export async function measurableText(
  model: ExplainableModel,
  input: TextInput,
  { replacement: name, features: kind, ...options }: MeasurableOptions,
): Promise<Measurable> {
  const replacement = textReplacement(name);
  const prepared = await prepareText(model, input, options);
  const { whole, parts, warnings } = prepared;
  const features = textFeatures(whole, kind);
  return {
    parts,
    positionCount: whole.features.length,
    warnings: [...warnings, ...parts.flatMap((part) => part.input.warnings)],
    text: whole.text,
    features,
    replacement: createTextReplacement(model, prepared, features, replacement),
    permuted: (others) => permutedText(model, prepared, features, others),
    removed: (removed) => removedText(model, prepared, features, removed, replacement),
  };
}

/** @file A text ready to be perturbed: words or tokens that become a special token. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { prepareText, type TextInput } from "../attribution/text-input.ts";
import { permutedText, removedText } from "./changed-text.ts";
import type { Measurable, MeasurableOptions } from "./measurable.ts";
import { createTextSubstrate, textSubstrate } from "./substrate.ts";
import { textUnits } from "./units.ts";

/** A text longer than the model reads has the units of all its windows, or of its beginning: as it is explained. */
export async function measurableText(
  model: ExplainableModel,
  input: TextInput,
  { substrate: name, units: kind, ...options }: MeasurableOptions,
): Promise<Measurable> {
  const substrate = textSubstrate(name);
  const prepared = await prepareText(model, input, options);
  const { whole, parts, warnings } = prepared;
  const units = textUnits(whole, kind);
  return {
    parts,
    positionCount: whole.units.length,
    warnings: [...warnings, ...parts.flatMap((part) => part.input.warnings)],
    text: whole.text,
    units,
    substrate: createTextSubstrate(model, prepared, units, substrate),
    permuted: (others) => permutedText(model, prepared, units, others),
    removed: (removed) => removedText(model, prepared, units, removed, substrate),
  };
}

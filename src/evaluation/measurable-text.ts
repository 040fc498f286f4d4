/** @file A text ready to be perturbed: words or tokens that become a special token. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { prepareText, type TextInput } from "../attribution/text-input.ts";
import { permutedText, removedText } from "./changed-text.ts";
import type { Measurable, MeasurableOptions } from "./measurable.ts";
import { createTextSubstrate, textSubstrate } from "./substrate.ts";
import { textUnits } from "./units.ts";

/** Texts longer than the model reads are cut: only what is read can be perturbed. */
export async function measurableText(
  model: ExplainableModel,
  input: TextInput,
  { substrate: name, units: kind }: MeasurableOptions,
): Promise<Measurable> {
  const substrate = textSubstrate(name);
  const { parts, warnings } = await prepareText(model, input, { longText: "truncate" });
  const prepared = (parts[0] as (typeof parts)[number]).input;
  const units = textUnits(prepared.encoded, kind);
  return {
    prepared,
    warnings,
    text: prepared.encoded.text,
    units,
    substrate: createTextSubstrate(model, prepared, units, substrate),
    permuted: (others) => permutedText(model, prepared, units, others),
    removed: (removed) => removedText(model, prepared, units, removed, substrate),
  };
}

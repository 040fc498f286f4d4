/** @file The main job: a model and an input become an `Explanation`. */

import { InputError } from "../errors.ts";
import { attribute } from "./attribute.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { TextExplanation, WordAttribution } from "./explanation.ts";
import type { ExplainOptions } from "./options.ts";
import { prepareText, type TextInput } from "./text-input.ts";

/**
 * Explains one prediction: which units of the input support the target, which oppose it, and in which block the
 * evidence arises. The same input, options and seed give the same numbers.
 *
 * Units: attributions are in units of the target score, so with a propagated baseline they sum to the score at the
 * input minus the score at the baseline.
 * Cost: two forward passes, and the points of the sweep (`cost.modelEvaluations`).
 *
 * @throws {InvalidOptionError} For an option out of range or an unknown name.
 * @throws {InputError} When there is nothing to explain in the input.
 * @throws {ExecutionError} When the engine fails.
 */
export async function explain(
  model: ExplainableModel,
  input: string | TextInput,
  options: ExplainOptions = {},
): Promise<TextExplanation> {
  const given: TextInput = typeof input === "string" ? { text: input } : input;
  if (typeof given.text !== "string") throw new InputError("Cannot explain the input: give a text");
  const { whole, parts, warnings } = await prepareText(model, given, options);
  const common = await attribute(model, parts, whole.units.length, options);
  const words = wordAttributions(whole, common.attribution);
  const { version, model: facts, target, predictions, attribution, ...rest } = common;
  return {
    version,
    model: facts,
    input: { kind: "text", text: whole.text },
    target,
    predictions,
    units: whole.units,
    attribution,
    words,
    supporting: words.filter((word) => word.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: words.filter((word) => word.attribution < 0).sort((a, b) => a.attribution - b.attribution),
    ...rest,
    warnings: [...warnings, ...rest.warnings],
  };
}

/** Words with the summed attribution of their units. */
function wordAttributions(
  {
    units,
    words,
  }: { readonly units: TextExplanation["units"]; readonly words: readonly Omit<WordAttribution, "attribution">[] },
  attribution: readonly number[],
): WordAttribution[] {
  const sums = new Array<number>(words.length).fill(0);
  units.forEach((unit, t) => {
    if (unit.word !== null) (sums[unit.word] as number) += attribution[t] as number;
  });
  return words.map((word, index) => ({ ...word, attribution: sums[index] as number }));
}

/** @file Baselines: the hidden states that paths start from, whatever the input is. METHOD 2. */

import { keyword } from "../errors.ts";
import type { BaselineStates } from "./baseline-states.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import { defaultImageBaseline, imageBaseline } from "./image-baseline.ts";
import { type BaselineName, type ExplainOptions, IMAGE_BASELINES, TEXT_BASELINES } from "./options.ts";
import type { PreparedInput } from "./prepared-input.ts";
import { defaultTextBaseline, textBaseline } from "./text-baseline.ts";

export interface NamedBaseline extends BaselineStates {
  readonly name: BaselineName;
}

/**
 * Hidden states at the baseline that the options ask for, or at the default one of the kind of input.
 *
 * @throws {InvalidOptionError} For a baseline that this kind of input or this model does not have; lists those it has.
 */
export async function baselineStates(
  model: ExplainableModel,
  input: PreparedInput,
  options: Pick<ExplainOptions, "baseline" | "seed">,
): Promise<NamedBaseline> {
  if (input.kind === "text") {
    const name = keyword("baseline", options.baseline ?? defaultTextBaseline(model), TEXT_BASELINES);
    return { name, ...(await textBaseline(model, input, name)) };
  }
  const name = keyword("baseline", options.baseline ?? defaultImageBaseline, IMAGE_BASELINES);
  return { name, ...(await imageBaseline(model, input, name, options.seed)) };
}

/** @file Baselines: the hidden states that paths start from, whatever the input is. METHOD 2. */

import { InvalidOptionError, keyword } from "../errors.ts";
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
 * Hidden states at a baseline, or at the default one of the kind of input.
 *
 * @throws {InvalidOptionError} For a baseline that this kind of input or this model does not have; lists those it has.
 */
export async function baselineStates(
  model: ExplainableModel,
  input: PreparedInput,
  baseline: BaselineName | undefined,
  seed: number | undefined,
): Promise<NamedBaseline> {
  if (input.kind === "text") {
    const name = keyword("baseline", baseline ?? defaultTextBaseline(model), TEXT_BASELINES);
    return { name, ...(await textBaseline(model, input, name)) };
  }
  const name = keyword("baseline", baseline ?? defaultImageBaseline, IMAGE_BASELINES);
  return { name, ...(await imageBaseline(model, input, name, seed)) };
}

/** The baselines that are asked for, each once; undefined stands for the default one. */
export function chosenBaselines({
  baseline,
}: Pick<ExplainOptions, "baseline">): readonly [BaselineName | undefined, ...BaselineName[]] {
  if (!Array.isArray(baseline)) return [baseline as BaselineName | undefined];
  const [first, ...others] = new Set(baseline as readonly BaselineName[]);
  if (first !== undefined) return [first, ...others];
  throw new InvalidOptionError("Cannot use an empty list of baselines: name at least one", "baseline", baseline);
}

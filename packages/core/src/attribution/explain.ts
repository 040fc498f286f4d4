/** @file The main job: a model and an input become an `Explanation`. */

import { InputError } from "../errors.ts";
import { attribute } from "./attribute.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Explanation, ImageExplanation, TextExplanation, WordAttribution } from "./explanation.ts";
import { describeImage, type ImageInput, prepareImage } from "./image-input.ts";
import { onlyPart } from "./join-parts.ts";
import type { ExplainOptions } from "./options.ts";
import { type ResolvedRun, resolveRun } from "./resolve-run.ts";
import { prepareText, type TextInput } from "./text-input.ts";

/**
 * Explains one prediction: which features of the input support the target, which oppose it, and in which block the
 * evidence arises. The same input, options and seed give the same numbers.
 *
 * Units: attributions are in units of the target score, so with a propagated baseline they sum to the score at the
 * input minus the score at the baseline.
 * Cost: two forward passes, and the points of the sweep (`cost.modelEvaluations`).
 *
 * @throws {InvalidOptionError} For an option of an unknown name, of another type, out of bounds, or without effect.
 * @throws {InputError} When there is nothing to explain in the input.
 * @throws {DifferenceError} When the model's own file, which is quantised or of half precision, answers something else than
 * the float32 arithmetic that is explained, and the model was not loaded with `acceptDifference`.
 * @throws {ExecutionError} When the engine fails.
 */
export async function explain(
  model: ExplainableModel,
  input: string | TextInput,
  options?: ExplainOptions,
): Promise<TextExplanation>;
export async function explain(
  model: ExplainableModel,
  input: ImageInput,
  options?: ExplainOptions,
): Promise<ImageExplanation>;
export async function explain(
  model: ExplainableModel,
  input: string | TextInput | ImageInput,
  options?: ExplainOptions,
): Promise<Explanation>;
export async function explain(
  model: ExplainableModel,
  input: string | TextInput | ImageInput,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const run = resolveRun(model, options);
  if (typeof input === "string") return explainText(model, { text: input }, run);
  if ("image" in input) return explainImage(model, input, run);
  if (typeof input.text !== "string") throw new InputError("Cannot explain the input: give a text or an image");
  return explainText(model, input, run);
}

async function explainText(model: ExplainableModel, input: TextInput, run: ResolvedRun): Promise<TextExplanation> {
  const { whole, parts, warnings } = await prepareText(model, input, run.options);
  const common = await attribute(model, parts, whole.features.length, run);
  const words = wordAttributions(whole, common.attribution);
  const { version, model: facts, target, predictions, attribution, ...rest } = common;
  return {
    version,
    model: facts,
    input: { kind: "text", text: whole.text },
    target,
    predictions,
    features: whole.features,
    attribution,
    words,
    ...ranked(words),
    ...rest,
    warnings: [...warnings, ...rest.warnings],
  };
}

async function explainImage(model: ExplainableModel, input: ImageInput, run: ResolvedRun): Promise<ImageExplanation> {
  const prepared = prepareImage(model, input);
  const { features } = prepared;
  const {
    version,
    model: facts,
    target,
    predictions,
    attribution,
    ...rest
  } = await attribute(model, [onlyPart(prepared)], features.length, run);
  const patches = features.flatMap(({ row, column, special }, position) =>
    special ? [] : [{ row, column, attribution: attribution[position] as number }],
  );
  return {
    version,
    model: facts,
    input: describeImage(model, prepared),
    target,
    predictions,
    features,
    attribution,
    ...ranked(patches),
    ...rest,
  };
}

/** Items with positive and with negative attribution, each strongest first. */
function ranked<T extends { readonly attribution: number }>(items: readonly T[]) {
  return {
    supporting: items.filter((item) => item.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: items.filter((item) => item.attribution < 0).sort((a, b) => a.attribution - b.attribution),
  };
}

/** Words with the summed attribution of their features. */
function wordAttributions(
  {
    features,
    words,
  }: {
    readonly features: TextExplanation["features"];
    readonly words: readonly Omit<WordAttribution, "attribution">[];
  },
  attribution: readonly number[],
): WordAttribution[] {
  const sums = new Array<number>(words.length).fill(0);
  features.forEach((feature, t) => {
    if (feature.word !== null) (sums[feature.word] as number) += attribution[t] as number;
  });
  return words.map((word, index) => ({ ...word, attribution: sums[index] as number }));
}

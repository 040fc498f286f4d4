/** @file What an input itself asks of a model, in the place of a score that options name. */

import { InvalidOptionError } from "../errors.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { ImageInput } from "./input.ts";
import type { ExplainOptions } from "./options.ts";

/** Fields of what a picture is compared with. */
const COMPARED = ["text", "with", "labels", "side"];

/** What an input itself asks, in the place of a score: how similar it is to another one, or which of some labels fits. */
export async function askedBy(
  model: ExplainableModel,
  input: object,
  options: ExplainOptions,
): Promise<{ readonly input: object; readonly options: ExplainOptions; readonly model?: ExplainableModel }> {
  const { written, field: own } = model.modality;
  const isCompared =
    written === undefined && Object.hasOwn(input, own) && COMPARED.some((one) => Object.hasOwn(input, one));
  if (model.texts !== undefined || isCompared) {
    const { imageTextOf } = await import("./image-text.ts");
    return imageTextOf(model, input as ImageInput, options);
  }
  if ("labels" in input) {
    const { zeroShotOf } = await import("./zero-shot.ts");
    refuseScore(model, options, "the entailment of a label");
    const { target, ...others } = options;
    const { score, ...asked } = await zeroShotOf(model, input as Parameters<typeof zeroShotOf>[1], target);
    return { ...asked, options: { ...others, score } };
  }
  if (logitsOf(model.anatomy).kind !== "embedding" && !("with" in input) && !("direction" in input)) {
    return { input, options };
  }
  const { similarityOf } = await import("./similarity.ts");
  const score = similarityOf(model, input);
  if (score === undefined) return { input, options };
  refuseScore(model, options, "their similarity");
  return { input, options: { ...options, score } };
}

/** @throws {InvalidOptionError} When a score is asked for where the input asks itself. */
function refuseScore({ facts }: ExplainableModel, { score }: ExplainOptions, what: string): void {
  if (score === undefined) return;
  throw new InvalidOptionError(
    `Cannot use a score with this input and model "${facts.id}": what is explained is ${what}; leave "score" out`,
    "score",
    score,
  );
}

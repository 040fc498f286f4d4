/** @file What every kind of input needs: inputs are made ready by the modality of a model, and their items ranked. */

import { InputError } from "../errors.ts";
import type { ExplainableModel, PreparedWhole } from "./explainable-model.ts";
import type { ExplainOptions } from "./options.ts";

/**
 * The input as the modality of a model reads it.
 *
 * @throws {InputError} When the model reads inputs of another kind, or there is nothing to explain.
 */
export function prepareInput(
  model: ExplainableModel,
  input: object,
  options: Pick<ExplainOptions, "longText"> = {},
): Promise<PreparedWhole> {
  const { noun, field } = model.modality;
  if (Object.hasOwn(input, field)) return model.modality.prepare(model, input, options);
  const [given] = Object.keys(input);
  throw new InputError(
    given === undefined
      ? `Cannot explain the input: it is empty; give ${noun.one}`
      : `Cannot explain ${withArticle(given)} with model "${model.facts.id}": it reads ${noun.many}; give ${noun.one}`,
  );
}

/** "an image", "a text" */
export const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** Items with positive and with negative attribution, each strongest first. */
export function bySign<T extends { readonly attribution: number }>(items: readonly T[]) {
  return {
    supporting: items.filter((item) => item.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: items.filter((item) => item.attribution < 0).sort((a, b) => a.attribution - b.attribution),
  };
}

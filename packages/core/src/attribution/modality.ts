/** @file What every kind of input needs: inputs are made ready by the modality of a model, and their items ranked. */

import { InputError } from "../errors.ts";
import type { ExplainableModel, InputDescription, PreparedWhole } from "./explainable-model.ts";
import type { NamedExplanation, TokenFeature } from "./explanation.ts";
import type { TextInput } from "./input.ts";
import type { ExplainOptions } from "./options.ts";

/**
 * The input as the modality of a model reads it; a text is what the kind of input makes of what is typed.
 *
 * @throws {InputError} When the model reads inputs of another kind, or there is nothing to explain.
 */
export function prepareInput(
  model: ExplainableModel,
  input: object,
  options: Pick<ExplainOptions, "longText"> = {},
): Promise<PreparedWhole> {
  const { noun, field, forms = [], written } = model.modality;
  if ([field, ...forms].some((form) => Object.hasOwn(input, form)))
    return model.modality.prepare(model, input, options);
  if (written !== undefined && Object.hasOwn(input, "text")) {
    return model.modality.prepare(model, written.read(input as TextInput), options);
  }
  const [given] = Object.keys(input);
  throw new InputError(
    given === undefined
      ? `Cannot explain the input: it is empty; give ${noun.one}`
      : `Cannot explain ${withArticle(given)} with model "${model.facts.id}": it reads ${noun.many}; give ${noun.one}`,
  );
}

/** "an image", "a text" */
export const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** A feature as readers see it. */
export interface NamedFeature {
  /** "0.4 s" */
  readonly name: string;
  /** No part of the input: a class token. */
  readonly special?: boolean;
}

/**
 * What an explanation says of features with names: they are laid out in a line as words are, so that everything that shows
 * texts shows them too.
 *
 * @param input - What the explanation says of the input: the kind, what its features are called, and what else readers and
 * programs need of it.
 * @param attribution - One number per feature.
 */
export function describeNamed(
  input: Omit<NamedExplanation["input"], "text">,
  named: readonly NamedFeature[],
  attribution: readonly number[],
): InputDescription & Pick<NamedExplanation, "words"> {
  const { text, features } = nameLine(named);
  const words = features.flatMap(({ special, ...span }, index) =>
    special ? [] : [{ text: span.text, start: span.start, end: span.end, attribution: attribution[index] as number }],
  );
  return { layout: "names", input: { ...input, text }, features, words, ...bySign(words) };
}

/** Names one after the other, and where each lies in that text. */
export function nameLine(named: readonly NamedFeature[]): {
  readonly text: string;
  readonly features: readonly TokenFeature[];
} {
  let text = "";
  let word = 0;
  const features = named.map(({ name, special = false }): TokenFeature => {
    if (special) return { text: name, start: text.length, end: text.length, special, word: null };
    if (text !== "") text += " ";
    const start = text.length;
    text += name;
    return { text: name, start, end: text.length, special, word: word++ };
  });
  return { text, features };
}

/** Items with positive and with negative attribution, each strongest first. */
export function bySign<T extends { readonly attribution: number }>(items: readonly T[]) {
  return {
    supporting: items.filter((item) => item.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: items.filter((item) => item.attribution < 0).sort((a, b) => a.attribution - b.attribution),
  };
}

/** @file Replacements chosen and made ready for an input: for metrics, and for methods that remove features. METHOD 8. */

import { InvalidOptionError, quote, wordList } from "../errors.ts";
import { createRandom, type Random } from "../util/random.ts";
import type { ExplainableModel, PreparedWhole, Replacement, ReplacementContext } from "./explainable-model.ts";
import type { Variants } from "./perturbable.ts";

/** Inputs that replacements may take something from. */
export interface InputPool {
  /** What it is called, for messages: the data set. */
  readonly name: string;
  /** Other inputs than this one, made ready for the model, in the order of `random`. */
  others(model: ExplainableModel, own: object, random: Random): AsyncIterable<PreparedWhole>;
  /** Of all that its inputs are: whether measurements that drew from it can be used again. */
  checksum?(): Promise<string>;
}

/** An input with features that can be replaced. */
export interface ReplacementRequest extends Pick<ReplacementContext, "whole" | "features" | "featureKind" | "seed"> {
  /** The input as it was given: none of the pool's that is the same is taken. */
  readonly own: object;
  /** Draws of replacements that draw; others have one. Default: 1. */
  readonly draws?: number;
  /** Where replacements from other inputs take them. Default: there are none. */
  readonly pool?: InputPool;
}

/** A replacement made ready for an input. */
export interface OpenReplacement {
  readonly replacement: Replacement;
  readonly featureCount: number;
  /** At least one. What the model says of a variant is the mean over them. */
  readonly draws: readonly Variants[];
}

/**
 * Makes a replacement ready for an input. Draws depend on the seed, not on what else is done.
 *
 * @throws {InvalidOptionError} When there are no other inputs that it could take something from, or the model cannot have it.
 */
export async function openReplacement(
  model: ExplainableModel,
  replacement: Replacement,
  { whole, features, featureKind, seed, own, draws = 1, pool }: ReplacementRequest,
): Promise<OpenReplacement> {
  if (replacement.fromOthers === true && pool === undefined) throw noOthers(replacement);
  const opened: Variants[] = [];
  for (let draw = 0; draw < (replacement.drawn === true ? draws : 1); draw++) {
    const random = createRandom(`${seed} ${replacement.name} ${draw}`);
    const others = () => pool?.others(model, own, createRandom(`${seed} others ${draw}`)) ?? nothing();
    opened.push(await replacement.open({ model, whole, features, featureKind, seed, random, others }));
  }
  return { replacement, featureCount: features.length, draws: opened };
}

async function* nothing(): AsyncGenerator<PreparedWhole> {}

/** What to say where other inputs are needed and there are none. */
export const noOthers = ({ name, becomes }: Pick<Replacement, "name" | "becomes">): InvalidOptionError =>
  new InvalidOptionError(
    `Cannot use replacement "${name}": removed features become ${becomes}, and there are no other inputs; measure on a data set of several inputs, or give some as "pool"`,
    "replacement",
    name,
  );

/**
 * A replacement, given by name or as an object.
 *
 * @throws {InvalidOptionError} For a name that the model's kind of input does not have, listing those it has, and for an
 * object that is no replacement or one of another kind of input.
 */
export function replacementOf(
  { modality, facts }: Pick<ExplainableModel, "modality" | "facts">,
  given: string | Replacement,
): Replacement {
  const { all } = modality.replacements;
  const known = all.map(({ name }) => name);
  if (typeof given === "string") {
    const found = all.find(({ name }) => name === given);
    if (found !== undefined) return found;
    throw new InvalidOptionError(
      `Cannot use replacement ${quote(given)} with model "${facts.id}": it reads ${modality.noun.many}; use one of ${wordList(known)}`,
      "replacement",
      given,
      known,
    );
  }
  const { name, kind, open } = (given ?? {}) as Partial<Replacement>;
  if (typeof name !== "string" || typeof open !== "function") {
    throw new InvalidOptionError(
      `Cannot use ${quote(given)} as a replacement: give the name of one, or an object made by defineReplacement of calig/extend`,
      "replacement",
      given,
    );
  }
  if (kind !== modality.name) {
    throw new InvalidOptionError(
      `Cannot use replacement "${name}" with model "${facts.id}": it is for inputs of the kind ${quote(kind)}, and the model reads ${modality.noun.many}; use another one, such as ${wordList(known)}`,
      "replacement",
      name,
      known,
    );
  }
  if (all.some((own) => own.name === name && own !== given)) {
    throw new InvalidOptionError(
      `Cannot use a replacement called "${name}": calig has one of this name for ${modality.noun.many}; give yours another one`,
      "replacement",
      name,
    );
  }
  return given;
}

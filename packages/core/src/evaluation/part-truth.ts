/** @file Which parts of a prompt hold its answer, as a data set says. */

import type { PreparedWhole } from "../attribution/explainable-model.ts";
import { InputError, quote, wordList } from "../errors.ts";
import type { DatasetItem } from "./dataset.ts";

/** The parts of a prompt that are ranked, and those of them that hold the answer. */
export interface PartTruth {
  /** Tokens of each part. */
  readonly members: readonly (readonly number[])[];
  readonly relevant: readonly number[];
}

/** What a prompt that was made ready knows of its parts. */
type WithParts = PreparedWhole & {
  readonly spans?: readonly { readonly name: string }[];
  readonly members?: readonly (readonly number[])[];
};

/**
 * Undefined where the data set does not say it of this input.
 *
 * @throws {InputError} For a part that the prompt does not have, and for fewer than two parts.
 */
export function partTruth(
  { spans = [], members = [] }: WithParts,
  { relevantParts }: DatasetItem,
): PartTruth | undefined {
  if (relevantParts === undefined) return undefined;
  const names = spans.map(({ name }) => name);
  if (names.length < 2) {
    throw new InputError(
      `Cannot rank the parts of the prompt: it has ${names.length === 0 ? "none" : "one"}, and which of several holds the answer is asked; give "parts", or leave "relevant" out`,
    );
  }
  const relevant = relevantParts.map((wanted) => {
    const index = typeof wanted === "number" ? wanted : names.indexOf(wanted);
    if (Number.isInteger(index) && index >= 0 && index < names.length) return index;
    throw new InputError(
      `Cannot find the relevant part ${quote(wanted)}: the prompt has the parts ${wordList(names)}; give one of these names, or an index from 0 to ${names.length - 1}`,
    );
  });
  return { members, relevant };
}

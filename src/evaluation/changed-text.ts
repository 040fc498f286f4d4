/** @file The same text with some of its units in another order or replaced, on the token ids. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { PreparedText } from "../attribution/prepared-input.ts";
import { textFeeds } from "../attribution/text-input.ts";
import { substrateToken, type TextSubstrateName } from "./substrate.ts";
import type { EvaluationUnit } from "./units.ts";

/**
 * Units that are not in `others`, and special tokens, stay at their positions; the tokens of the others fill the
 * positions between them in their new order, the tokens of one unit in theirs. (A long unit can be divided by a unit
 * that stays.)
 */
export function permutedText(
  model: ExplainableModel,
  prepared: PreparedText,
  units: readonly EvaluationUnit[],
  others: readonly number[],
): PreparedText {
  const content = others.flatMap((unit) => (units[unit] as EvaluationUnit).positions);
  const places = [...content].sort((a, b) => a - b);
  const ids = [...prepared.encoded.ids];
  places.forEach((place, i) => {
    ids[place] = prepared.encoded.ids[content[i] as number] as number;
  });
  return withIds(model, prepared, ids);
}

/** Every token of the removed units becomes that of the substrate. */
export function removedText(
  model: ExplainableModel,
  prepared: PreparedText,
  units: readonly EvaluationUnit[],
  removed: readonly number[],
  substrate: TextSubstrateName,
): PreparedText {
  const id = substrateToken(model, substrate);
  const places = new Set(removed.flatMap((unit) => (units[unit] as EvaluationUnit).positions));
  return withIds(
    model,
    prepared,
    prepared.encoded.ids.map((own, position) => (places.has(position) ? id : own)),
  );
}

const withIds = (model: ExplainableModel, prepared: PreparedText, ids: readonly number[]): PreparedText => ({
  ...prepared,
  encoded: { ...prepared.encoded, ids },
  feeds: textFeeds(model, ids, prepared.encoded.typeIds),
});

/** @file The same text with its units in another order, on the token ids. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { PreparedText } from "../attribution/prepared-input.ts";
import { textFeeds } from "../attribution/text-input.ts";
import type { PermutedUnits } from "./metric.ts";
import type { EvaluationUnit } from "./units.ts";

/**
 * Kept units and special tokens stay at their positions; the tokens of the others fill the positions between them in
 * their new order, the tokens of one unit in theirs. (A long unit can be divided by a kept one.)
 */
export function permutedInput(
  model: ExplainableModel,
  prepared: PreparedText,
  units: readonly EvaluationUnit[],
  { others }: PermutedUnits,
): PreparedText {
  const positionsOf = (unit: number) => (units[unit] as EvaluationUnit).positions;
  const places = others.flatMap(positionsOf).sort((a, b) => a - b);
  const content = others.flatMap(positionsOf);
  const ids = [...prepared.encoded.ids];
  places.forEach((place, i) => {
    ids[place] = prepared.encoded.ids[content[i] as number] as number;
  });
  return { ...prepared, encoded: { ...prepared.encoded, ids }, feeds: textFeeds(model, ids, prepared.encoded.typeIds) };
}

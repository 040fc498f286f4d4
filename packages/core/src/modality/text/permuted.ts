/** @file The same text with some of its features in another order, on the token ids. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { EvaluationFeature } from "../../attribution/perturbable.ts";
import type { Part } from "../../attribution/prepared-input.ts";
import { grouped } from "./features.ts";
import { type WholeText, withIds } from "./prepare.ts";

/**
 * Features that are not in `others`, and special tokens, stay at their positions; the tokens of the others fill the
 * positions between them in their new order, the tokens of one feature in theirs. (A long feature can be divided by a feature
 * that stays.)
 */
export function permutedText(
  model: ExplainableModel,
  prepared: WholeText,
  features: readonly EvaluationFeature[],
  others: readonly number[],
): readonly Part[] {
  const content = others.flatMap((feature) => (features[feature] as EvaluationFeature).positions);
  const places = [...content].sort((a, b) => a - b);
  const ids = [...prepared.whole.ids];
  places.forEach((place, i) => {
    ids[place] = prepared.whole.ids[content[i] as number] as number;
  });
  const moved = new Map(content.map((position, i) => [position, places[i] as number]));
  const there = features.map(({ positions }) => ({ positions: positions.map((own) => moved.get(own) ?? own) }));
  return withIds(model, { ...prepared, parts: prepared.parts.map((part) => grouped(part, there)) }, ids);
}

/** @file The same text with some of its features in another order or replaced, on the token ids. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { EvaluationFeature } from "../../attribution/perturbable.ts";
import type { Part } from "../../attribution/prepared-input.ts";
import { grouped } from "./features.ts";
import { textFeeds, type WholeText } from "./prepare.ts";
import { replacementToken, type TextReplacementName } from "./replacement.ts";

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

/** Every token of the removed features becomes that of the replacement. */
export function removedText(
  model: ExplainableModel,
  prepared: WholeText,
  features: readonly EvaluationFeature[],
  removed: readonly number[],
  replacement: TextReplacementName,
): readonly Part[] {
  const id = replacementToken(model, replacement);
  const places = new Set(removed.flatMap((feature) => (features[feature] as EvaluationFeature).positions));
  return withIds(
    model,
    prepared,
    prepared.whole.ids.map((own, position) => (places.has(position) ? id : own)),
  );
}

/** The parts of the text with other token ids [positions of the whole]. */
function withIds(model: ExplainableModel, { parts }: WholeText, whole: readonly number[]): readonly Part[] {
  return parts.map((part) => {
    const ids = part.positions.map((position) => whole[position] as number);
    const { encoded } = part.input;
    return {
      ...part,
      input: { ...part.input, encoded: { ...encoded, ids }, feeds: textFeeds(model, ids, encoded.typeIds) },
    };
  });
}

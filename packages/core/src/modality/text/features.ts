/** @file What can be removed from a text: its words, or its tokens, without the special ones; of a prompt its parts. */

import type { EvaluationFeature } from "../../attribution/perturbable.ts";
import type { Part, PreparedInput } from "../../attribution/prepared-input.ts";
import type { TokenFeature, Word } from "../../input/features.ts";

/** Parts are told by whoever gives a prompt: messages, documents. */
export const FEATURE_KINDS = ["word", "token", "part"] as const;
/** What is removed of a text: its words, its tokens, or the parts of a prompt. */
export type FeatureKind = (typeof FEATURE_KINDS)[number];

/** The removable features of a text in its order: its words, or its tokens. Special tokens are in none. */
export function textFeatures(
  { features, words }: { readonly features: readonly TokenFeature[]; readonly words: readonly Word[] },
  kind: Exclude<FeatureKind, "part">,
): readonly EvaluationFeature[] {
  if (kind === "token") {
    return features.flatMap(({ special, start, end }, position) =>
      special ? [] : [{ positions: [position], start, end }],
    );
  }
  const positions = words.map((): number[] => []);
  features.forEach(({ word }, position) => {
    if (word !== null) positions[word]?.push(position);
  });
  return words
    .map(({ start, end }, index) => ({ positions: positions[index] as number[], start, end }))
    .filter((feature) => feature.positions.length > 0);
}

/**
 * The features that a part of the text reads, each by its positions in that part.
 *
 * @param positions - Index in the whole text of each position of the part.
 */
export function groupsIn(
  features: readonly Pick<EvaluationFeature, "positions">[],
  positions: readonly number[],
): readonly (readonly number[])[] {
  const places = new Map(positions.map((position, place) => [position, place]));
  return features
    .map((feature) => feature.positions.flatMap((position) => places.get(position) ?? []))
    .filter((group) => group.length > 0);
}

/** A part of the text with these features as what is replaced as a whole. */
export const grouped = <T extends PreparedInput>(
  part: Part<T>,
  features: readonly Pick<EvaluationFeature, "positions">[],
): Part<T> => ({ ...part, input: { ...part.input, groups: groupsIn(features, part.positions) } });

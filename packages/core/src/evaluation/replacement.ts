/** @file What stands in for removed features, behind an interface that metrics do not look behind. METHOD 8. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { type PreparedWhole, textBatchFeeds } from "../attribution/text-input.ts";
import { InvalidOptionError, keyword } from "../errors.ts";
import { IMAGE_REPLACEMENTS, type ImageReplacement } from "../input/image/replacement.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { EvaluationFeature, Kept } from "./features.ts";

/** Variants of one input: the same input with some features replaced. */
export interface Replacement {
  /** What a removed feature is replaced by: "mask", "pad". */
  readonly name: string;
  /** Number of features that can be removed. */
  readonly featureCount: number;
  /** Most positions of the model that one row has: what a batch is sized by. */
  readonly positions: number;
  /** What the model reads of a variant: one part, or the windows of a text. */
  readonly parts: readonly ReplacementPart[];
}

/** One part of all variants. */
export interface ReplacementPart {
  /** Weight of its score in that of the whole; the weights of all parts sum to 1. */
  readonly share: number;
  /** Feeds of the model with one row per variant. */
  feeds(variants: readonly Kept[]): Feeds;
}

/** Tokens that can stand in for a removed one, in the order of preference. */
export const TEXT_REPLACEMENTS = ["mask", "pad", "unk"] as const;
export type TextReplacementName = (typeof TEXT_REPLACEMENTS)[number];

/** What can stand in for removed words or patches. */
export const REPLACEMENTS = [...TEXT_REPLACEMENTS, ...IMAGE_REPLACEMENTS] as const;
export type ReplacementName = (typeof REPLACEMENTS)[number];

/** The replacement that is used when none is asked for: a token, or blur for images. */
export const defaultReplacement = (model: ExplainableModel): ReplacementName =>
  model.anatomy.kind === "image" ? IMAGE_REPLACEMENTS[0] : defaultTextReplacement(model);

/** @throws {InvalidOptionError} When it is none of texts. */
export const textReplacement = (name: ReplacementName): TextReplacementName =>
  keyword("replacement", name, TEXT_REPLACEMENTS);

/** @throws {InvalidOptionError} When it is none of images. */
export const imageReplacement = (name: ReplacementName): ImageReplacement =>
  keyword("replacement", name, IMAGE_REPLACEMENTS);

/** The first of mask, pad, unk that the tokenizer has. @throws {InvalidOptionError} When it has none of them. */
export function defaultTextReplacement(model: ExplainableModel): TextReplacementName {
  const found = TEXT_REPLACEMENTS.find((name) => model.tokenizer?.specialTokens[name] !== undefined);
  if (found !== undefined) return found;
  throw new InvalidOptionError(
    `Cannot evaluate with model "${model.facts.id}": its tokenizer has no mask, pad or unknown token that could stand in for removed words`,
    "replacement",
  );
}

/**
 * Removed features of a text become a special token on the same token ids: the text is never tokenized again, every
 * variant has the length of the original, and the tokens around the removed ones stay what they are. A text in windows
 * keeps them; a word that several windows read is removed in all of them.
 *
 * @throws {InvalidOptionError} When the tokenizer has no such token; lists the ones it has.
 */
export function createTextReplacement(
  model: ExplainableModel,
  { whole, parts }: Pick<PreparedWhole, "whole" | "parts">,
  features: readonly EvaluationFeature[],
  name: TextReplacementName,
): Replacement {
  const id = replacementToken(model, name);
  const changed = (kept: Kept): number[] => {
    const ids = [...whole.ids];
    features.forEach(({ positions }, feature) => {
      if (kept[feature] === 0) for (const position of positions) ids[position] = id;
    });
    return ids;
  };
  return {
    name,
    featureCount: features.length,
    positions: Math.max(...parts.map(({ positions }) => positions.length)),
    parts: parts.map(({ input, positions, share }) => ({
      share,
      feeds(variants) {
        const rows = variants.map((kept) => {
          const ids = changed(kept);
          return positions.map((position) => ids[position] as number);
        });
        return textBatchFeeds(model, rows, input.encoded.typeIds);
      },
    })),
  };
}

/** Id of the token. @throws {InvalidOptionError} When the tokenizer has no such token; lists the ones it has. */
export function replacementToken(model: ExplainableModel, name: TextReplacementName): number {
  const tokens = model.tokenizer?.specialTokens ?? {};
  const token = tokens[name];
  if (token !== undefined) return token.id;
  const allowed = TEXT_REPLACEMENTS.filter((other) => tokens[other] !== undefined);
  throw new InvalidOptionError(
    `Cannot use replacement "${name}": the tokenizer of "${model.facts.id}" has no such token; use one of ${allowed.map((other) => `"${other}"`).join(", ")}`,
    "replacement",
    name,
    allowed,
  );
}

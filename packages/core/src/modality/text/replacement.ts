/** @file What stands in for removed features of a text: a special token on the same token ids. METHOD 8. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { EvaluationFeature, Kept, Replacement } from "../../attribution/perturbable.ts";
import { InvalidOptionError } from "../../errors.ts";
import { textBatchFeeds, type WholeText } from "./prepare.ts";

/** Tokens that can stand in for a removed one, in the order of preference. */
export const TEXT_REPLACEMENTS = ["mask", "pad", "unk"] as const;
export type TextReplacementName = (typeof TEXT_REPLACEMENTS)[number];

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
  { whole, parts }: Pick<WholeText, "whole" | "parts">,
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

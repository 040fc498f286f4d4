/** @file What stands in for removed units, behind an interface that metrics do not look behind. METHOD 8. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import { type PreparedWhole, textBatchFeeds } from "../attribution/text-input.ts";
import { InvalidOptionError, keyword } from "../errors.ts";
import { IMAGE_SUBSTRATES, type ImageSubstrate } from "../input/image/substrate.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { EvaluationUnit, Kept } from "./units.ts";

/** Variants of one input: the same input with some units replaced. */
export interface Substrate {
  /** What a removed unit is replaced by: "mask", "pad". */
  readonly name: string;
  /** Number of units that can be removed. */
  readonly unitCount: number;
  /** Most positions of the model that one row has: what a batch is sized by. */
  readonly positions: number;
  /** What the model reads of a variant: one part, or the windows of a text. */
  readonly parts: readonly SubstratePart[];
}

/** One part of all variants. */
export interface SubstratePart {
  /** Weight of its score in that of the whole; the weights of all parts sum to 1. */
  readonly share: number;
  /** Feeds of the model with one row per variant. */
  feeds(variants: readonly Kept[]): Feeds;
}

/** Tokens that can stand in for a removed one, in the order of preference. */
export const TEXT_SUBSTRATES = ["mask", "pad", "unk"] as const;
export type TextSubstrateName = (typeof TEXT_SUBSTRATES)[number];

/** What can stand in for removed words or patches. */
export const SUBSTRATES = [...TEXT_SUBSTRATES, ...IMAGE_SUBSTRATES] as const;
export type SubstrateName = (typeof SUBSTRATES)[number];

/** The substrate that is used when none is asked for: a token, or blur for images. */
export const defaultSubstrate = (model: ExplainableModel): SubstrateName =>
  model.anatomy.kind === "image" ? IMAGE_SUBSTRATES[0] : defaultTextSubstrate(model);

/** @throws {InvalidOptionError} When it is none of texts. */
export const textSubstrate = (name: SubstrateName): TextSubstrateName => keyword("substrate", name, TEXT_SUBSTRATES);

/** @throws {InvalidOptionError} When it is none of images. */
export const imageSubstrate = (name: SubstrateName): ImageSubstrate => keyword("substrate", name, IMAGE_SUBSTRATES);

/** The first of mask, pad, unk that the tokenizer has. @throws {InvalidOptionError} When it has none of them. */
export function defaultTextSubstrate(model: ExplainableModel): TextSubstrateName {
  const found = TEXT_SUBSTRATES.find((name) => model.tokenizer?.specialTokens[name] !== undefined);
  if (found !== undefined) return found;
  throw new InvalidOptionError(
    `Cannot evaluate with model "${model.facts.id}": its tokenizer has no mask, pad or unknown token that could stand in for removed words`,
    "substrate",
  );
}

/**
 * Removed units of a text become a special token on the same token ids: the text is never tokenized again, every
 * variant has the length of the original, and the tokens around the removed ones stay what they are. A text in windows
 * keeps them; a word that several windows read is removed in all of them.
 *
 * @throws {InvalidOptionError} When the tokenizer has no such token; lists the ones it has.
 */
export function createTextSubstrate(
  model: ExplainableModel,
  { whole, parts }: Pick<PreparedWhole, "whole" | "parts">,
  units: readonly EvaluationUnit[],
  name: TextSubstrateName,
): Substrate {
  const id = substrateToken(model, name);
  const changed = (kept: Kept): number[] => {
    const ids = [...whole.ids];
    units.forEach(({ positions }, unit) => {
      if (kept[unit] === 0) for (const position of positions) ids[position] = id;
    });
    return ids;
  };
  return {
    name,
    unitCount: units.length,
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
export function substrateToken(model: ExplainableModel, name: TextSubstrateName): number {
  const tokens = model.tokenizer?.specialTokens ?? {};
  const token = tokens[name];
  if (token !== undefined) return token.id;
  const allowed = TEXT_SUBSTRATES.filter((other) => tokens[other] !== undefined);
  throw new InvalidOptionError(
    `Cannot use substrate "${name}": the tokenizer of "${model.facts.id}" has no such token; use one of ${allowed.map((other) => `"${other}"`).join(", ")}`,
    "substrate",
    name,
    allowed,
  );
}

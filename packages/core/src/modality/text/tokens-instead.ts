/** @file Variants of a text in which other tokens stand at the places of removed ones. */

import type { ReplacementContext } from "../../attribution/explainable-model.ts";
import type { Variants } from "../../attribution/perturbable.ts";
import { textBatchFeeds, type WholeText, withIds } from "./prepare.ts";

/**
 * Removed features of a text become the tokens that `instead` has at their places: the text is never tokenized again,
 * every variant has the length of the original, and the tokens around the removed ones stay what they are. A text in
 * windows keeps them; a word that several windows read is removed in all of them.
 *
 * @param instead - Token ids [positions of the whole].
 */
export function tokensInstead(
  {
    model,
    whole: prepared,
    features,
  }: Pick<ReplacementContext<WholeText>, "model" | "features"> & {
    readonly whole: Pick<WholeText, "whole" | "parts">;
  },
  instead: readonly number[],
): Variants {
  const { whole, parts } = prepared;
  const changed = (isKept: (feature: number) => boolean): number[] => {
    const ids = [...whole.ids];
    features.forEach(({ positions }, feature) => {
      if (!isKept(feature)) for (const position of positions) ids[position] = instead[position] as number;
    });
    return ids;
  };
  return {
    positions: Math.max(...parts.map(({ positions }) => positions.length)),
    parts: parts.map(({ input, positions, share }) => ({
      share,
      logits(variants) {
        const rows = variants.map((kept) => {
          const ids = changed((feature) => kept[feature] === 1);
          return positions.map((position) => ids[position] as number);
        });
        return model.programs.logits(textBatchFeeds(model, rows, input.encoded));
      },
    })),
    removed(removed) {
      const gone = new Set(removed);
      return withIds(
        model,
        prepared,
        changed((feature) => !gone.has(feature)),
      );
    },
  };
}

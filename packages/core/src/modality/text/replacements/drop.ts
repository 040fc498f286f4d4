/** @file Removed tokens are taken out of the text: what is left is read as a shorter text. */

import type { ExplainableModel, Replacement } from "../../../attribution/explainable-model.ts";
import { InvalidOptionError } from "../../../errors.ts";
import { logitsOf } from "../../../transformer/anatomy.ts";
import { groupedLogits } from "../../grouped-rows.ts";
import { textBatchFeeds, type WholeText } from "../prepare.ts";
import { keptLayout } from "../prompt/layout.ts";

/** Answers are told by their places. */
const movesAnswers = ({ facts }: ExplainableModel): InvalidOptionError =>
  new InvalidOptionError(
    `Cannot use replacement "drop" with model "${facts.id}": it answers by a span of the text, which lies elsewhere when tokens are taken out; use another replacement, such as "mask"`,
    "replacement",
    "drop",
  );

/**
 * Variants have the tokens that are left, numbered anew, special ones always among them. Texts of one length are run
 * together: nothing is padded. A text in windows keeps them, each without what is removed.
 */
export const dropTokens: Replacement<WholeText> = {
  name: "drop",
  kind: "text",
  becomes: "nothing: their tokens are taken out of the text",
  open({ model, whole: { parts }, features }) {
    if (logitsOf(model.anatomy).kind === "span") throw movesAnswers(model);
    const featureAt = new Map(features.flatMap(({ positions }, f) => positions.map((position) => [position, f])));
    return {
      positions: Math.max(...parts.map(({ positions }) => positions.length)),
      parts: parts.map(({ input: { encoded }, positions, share }) => ({
        share,
        logits(variants) {
          const left = variants.map((kept) =>
            [...positions.keys()].filter((t) => {
              const feature = featureAt.get(positions[t] as number);
              return feature === undefined || kept[feature] === 1;
            }),
          );
          const typesOf = (row: readonly number[]) => row.map((t) => encoded.typeIds[t] as number);
          const readingOf = (row: readonly number[]) => ({
            typeIds: typesOf(row),
            ...(encoded.layout === undefined ? {} : { layout: keptLayout(encoded.layout, row) }),
          });
          return groupedLogits(
            left,
            (row) => JSON.stringify(readingOf(row)),
            (rows) =>
              model.programs.logits(
                textBatchFeeds(
                  model,
                  rows.map((row) => row.map((t) => encoded.ids[t] as number)),
                  readingOf(rows[0] as readonly number[]),
                ),
              ),
          );
        },
      })),
    };
  },
};

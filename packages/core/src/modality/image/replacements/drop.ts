/** @file Removed patches are taken out of the sequence that the blocks read: those that are left keep their places. */

import type { ExplainableModel, PreparedWhole, Replacement } from "../../../attribution/explainable-model.ts";
import { InvalidOptionError } from "../../../errors.ts";
import type { ForwardResult } from "../../../program/model-programs.ts";
import { type FloatTensor, floatTensor } from "../../../tensor/tensor.ts";
import { groupedLogits } from "../../grouped-rows.ts";
import { onlyImage, type PreparedImage } from "../prepare.ts";

/** Models by whether their blocks read any number of positions. */
const anyNumber = new WeakMap<ExplainableModel["programs"], Promise<void>>();

/**
 * The picture is embedded whole, so that patches keep their position embeddings; the blocks read the vectors of special
 * positions and of kept patches alone. Vectors of one number are run together.
 *
 * Cost of a variant: one pass, shorter by what is dropped.
 */
export const dropPatches: Replacement<PreparedWhole<PreparedImage>> = {
  name: "drop",
  kind: "image",
  becomes: "nothing: they are taken out of the sequence",
  async open({ model, whole, features }) {
    const { feeds, features: positions } = onlyImage(whole);
    const { programs } = model;
    const { hiddenStates } = await programs.forward(feeds);
    const first = hiddenStates[0] as ForwardResult["hiddenStates"][number];
    const featureAt = new Map(features.flatMap((feature, f) => feature.positions.map((position) => [position, f])));
    const run = (rows: readonly (readonly number[])[]) =>
      programs.logitsFrom({ block: 0, hiddenState: rowsOf(first, rows), feeds });
    // Asked once of a model: half of the positions, which no graph of a fixed number reads.
    const asked =
      anyNumber.get(programs) ??
      run([[...positions.keys()].filter((t) => t % 2 === 0)]).then(
        () => undefined,
        (cause: unknown) => {
          throw fixedNumber(model, positions.length, cause);
        },
      );
    anyNumber.set(programs, asked);
    await asked;
    return {
      positions: positions.length,
      parts: [
        {
          share: 1,
          logits(variants) {
            const left = variants.map((kept) =>
              [...positions.keys()].filter((t) => {
                const feature = featureAt.get(t);
                return feature === undefined || kept[feature] === 1;
              }),
            );
            return groupedLogits(left, ({ length }) => length, run);
          },
        },
      ],
    };
  },
};

/** Vectors [1, positions, width] of some positions, of as many in each row: [rows, some, width]. */
function rowsOf({ data, shape }: FloatTensor, rows: readonly (readonly number[])[]): FloatTensor {
  const width = shape[2] as number;
  const count = (rows[0] as readonly number[]).length;
  const some = new Float32Array(rows.length * count * width);
  rows.flat().forEach((position, i) => {
    some.set(data.subarray(position * width, (position + 1) * width), i * width);
  });
  return floatTensor(some, [rows.length, count, width]);
}

const fixedNumber = ({ facts }: ExplainableModel, positions: number, cause: unknown): InvalidOptionError => {
  const error = new InvalidOptionError(
    `Cannot use replacement "drop" with model "${facts.id}": its blocks read ${positions} positions and no other number; use another replacement, such as other-picture`,
    "replacement",
    "drop",
  );
  error.cause = cause;
  return error;
};

/** @file How much of what the head reads is each position: where methods that follow attention start. METHOD 9. */

import { UnsupportedModelError } from "../errors.ts";
import { entityOf } from "../program/questions/entity.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import { attentionGradientsAtInput } from "./attention-gradients.ts";
import { contradiction } from "./consistency.ts";
import type { MethodContext } from "./method.ts";

export interface ReadoutShares {
  /** Sums to 1 [positions]. */
  readonly shares: Float64Array;
  /** Equivalent whole-model passes spent on finding out. */
  readonly modelEvaluations: number;
}

/**
 * Shares of the positions that the logits are read from.
 *
 * Where the head chooses them by the input, they are measured: behind its last attention a Transformer computes each
 * position for itself, so the rows of that attention which have a gradient are those that are read. Where gradients are
 * at hand, what the anatomy says is held to them.
 *
 * @param gradients - dF/dA of the last block [1, heads, queries, keys], where it is known already.
 * @throws {UnsupportedModelError} When nothing tells the shares.
 * @throws {ConsistencyError} When the gradients contradict the anatomy.
 */
export async function readoutShares(context: MethodContext, gradients?: FloatTensor): Promise<ReadoutShares> {
  const { model, input, score } = context;
  const { readout } = logitsOf(model.anatomy);
  const all = [...input.features.keys()];
  const mean = model.modality.meanHasSpecials ? all : all.filter((t) => input.features[t]?.special !== true);
  const known = (...parts: readonly (readonly [positions: readonly number[], total: number])[]): ReadoutShares => {
    const shares = new Float64Array(all.length);
    for (const [positions, total] of parts)
      for (const t of positions) (shares[t] as number) += total / positions.length;
    if (gradients !== undefined) checkRows(shares, rowsWithGradient(gradients));
    return { shares, modelEvaluations: 0 };
  };
  switch (readout) {
    case "first":
      return known([[0], 1]);
    case "first-two":
      return known([[0, 1], 1]);
    case "last":
      return known([[all.length - 1], 1]);
    case "mean":
      return known([mean, 1]);
    case "first-and-mean":
      return known([[0], 0.5], [mean, 0.5]);
    case "each":
      if (score.asks === "entity") return known([entityOf(score).places.map(({ position }) => position), 1]);
      if (score.position === undefined) throw unknownReadout(model.facts.id);
      return known([[score.position], 1]);
    case "last-token":
    case "chosen":
      return measured(context, gradients);
    case "unknown":
      throw unknownReadout(model.facts.id);
  }
}

/** Shares of positions that the head chose: equal ones, for it looks them up. */
async function measured(context: MethodContext, gradients: FloatTensor | undefined): Promise<ReadoutShares> {
  const last = gradients ?? (await attentionGradientsAtInput(context)).gradients.at(-1);
  const rows = rowsWithGradient(last as FloatTensor);
  if (rows.length === 0) throw contradiction("the score depends on no row of the last attention", "one at least");
  const shares = new Float64Array(context.input.features.length);
  for (const row of rows) shares[row] = 1 / rows.length;
  return { shares, modelEvaluations: gradients === undefined ? 2 : 0 };
}

/** Queries of [1, heads, queries, keys] with a gradient other than 0. */
function rowsWithGradient({ data, shape }: FloatTensor): readonly number[] {
  const [, , queries = 0, keys = 1] = shape;
  const found = new Set<number>();
  for (const [i, value] of data.entries()) if (value !== 0) found.add(Math.floor(i / keys) % queries);
  return [...found].sort((a, b) => a - b);
}

/** Rows with a gradient must have a share. (A row with a share may have none: where it looks at one key alone.) */
function checkRows(shares: Float64Array, rows: readonly number[]): void {
  const stray = rows.find((row) => shares[row] === 0);
  if (stray === undefined) return;
  throw contradiction(
    `the score depends on position ${stray} of the last attention, which the logits are not said to be read from`,
    "gradients at the positions that are read alone",
  );
}

const unknownReadout = (model: string): UnsupportedModelError =>
  new UnsupportedModelError(
    `Cannot follow attention through model "${model}": its logits are read from positions with weights that it computes itself, and what those are is not known; use a method that needs no rows of attention, such as "ca-lig", "integrated-gradients" or "occlusion"`,
    [{ reason: "unknown readout" }],
  );

/** @file Whether a forward pass gave what it must have: logits for every row, hidden states of every position. METHOD 10. */

import { ConsistencyError, UnsupportedModelError } from "../errors.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import type { ForwardResult } from "./model-programs.ts";

/** What a run was given. */
export interface RunSize {
  readonly rows: number;
  /** Tokens of each row; undefined for pictures. */
  readonly positions: number | undefined;
  /** Positions that are asked for, of language models; undefined for others. */
  readonly asked?: number | undefined;
  readonly width: number;
  readonly classes: number;
}

/**
 * Rows and tokens of the inputs of a model, and the positions that are asked for.
 *
 * @param askedInput - The input that names these positions, of language models.
 */
export function sizeOfFeeds(feeds: Feeds, askedInput?: string): Pick<RunSize, "rows" | "positions" | "asked"> {
  const [first] = Object.values(feeds);
  return {
    rows: first?.shape[0] ?? 1,
    positions: first?.shape.length === 2 ? first.shape[1] : undefined,
    asked: askedInput === undefined ? undefined : feeds[askedInput]?.shape[1],
  };
}

/** @throws {ConsistencyError} When the logits are not [rows, classes] or [rows, positions, classes]. */
export function checkLogits({ shape }: FloatTensor, { rows, positions, asked = positions, classes }: RunSize): void {
  const fits = shape[0] === rows && shape.at(-1) === classes && (shape.length === 2 || shape[1] === asked);
  if (!fits) throw misshapen("logits", shape, [rows, ...(shape.length === 3 ? [asked] : []), classes]);
}

/**
 * @throws {ConsistencyError} When a hidden state is not [rows, positions, width], or the logits do not fit.
 * @throws {UnsupportedModelError} When a block has another number of positions than the input has tokens.
 */
export function checkForward({ logits, hiddenStates }: ForwardResult, size: RunSize): void {
  const positions = size.positions ?? hiddenStates[0]?.shape[1];
  checkLogits(logits, { ...size, positions });
  const wanted = [size.rows, positions, size.width];
  for (const [block, { shape }] of hiddenStates.entries()) {
    if (shape.join() === wanted.join()) continue;
    const [rows, found, width] = shape;
    throw rows === size.rows && width === size.width
      ? resized(block, found, positions, size.positions === undefined ? "a picture" : "a text")
      : misshapen(`hidden states entering block ${block}`, shape, wanted);
  }
}

function resized(block: number, found: number | undefined, wanted: number | undefined, what: string) {
  const difference = `${found} positions where ${what} has ${wanted}`;
  return new UnsupportedModelError(
    `Cannot explain the model: block ${block} has ${difference}; it merges, drops or adds positions between its blocks, so that what a block says of a position cannot be said of a part of the input: give a model whose blocks keep one position for each`,
    [{ reason: `block ${block} has ${difference}` }],
  );
}

const misshapen = (what: string, found: readonly number[], wanted: readonly (number | undefined)[]): ConsistencyError =>
  new ConsistencyError(
    `Cannot use the forward pass of the model: its ${what} have the shape [${found.join(", ")}], wanted [${wanted.join(", ")}]; the graph mixes rows of the batch, or keeps them in another order, in a way that calig does not follow: export the model with its batch axis free, or give a checkpoint of its family`,
  );

/** @file The gradient of the score at the hidden state that enters one block: what gradient methods share. */

import { largestLogit } from "../program/score.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { checkGradient } from "./consistency.ts";
import type { MethodContext } from "./method.ts";

/** The hidden state that enters a block, and the gradient of the score there [1, positions, width]. */
export interface GradientAtInput {
  /** H_l and dF/dH_l [1, positions, width]. */
  readonly hiddenState: FloatTensor;
  readonly gradient: FloatTensor;
  /** Share of the blocks that were passed, once forward and once back. */
  readonly modelEvaluations: number;
}

/** dF/dH of the hidden state entering `block`, at the input. @throws {ConsistencyError} When it is not that of the model. */
export async function gradientAtInput(
  { model: { programs }, input, forward, score, scoreAtInput }: MethodContext,
  block: number,
): Promise<GradientAtInput> {
  const hiddenState = forward.hiddenStates[block] as FloatTensor;
  const { scores, gradient } = await programs.hiddenGradient({ block, hiddenState, feeds: input.feeds, score });
  checkGradient({ score: scores[0], gradient }, scoreAtInput, largestLogit(forward.logits));
  return { hiddenState, gradient, modelEvaluations: (2 * (programs.blocks - block)) / programs.blocks };
}

/** `reduce` of each position's row [width] of a tensor [1, positions, width]. */
export function overWidth(
  { data, shape }: FloatTensor,
  reduce: (row: Float32Array, position: number) => number,
): number[] {
  const [, positions = 0, width = 0] = shape;
  return Array.from({ length: positions }, (_, t) => reduce(data.subarray(t * width, (t + 1) * width), t));
}

/** Inner product, added in float64. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] as number) * (b[d] as number);
  return sum;
}

/** @file Where the paths of all blocks start. METHOD 2. */

import type { ForwardResult } from "../../program/model-programs.ts";
import { zeros } from "../../tensor/tensor.ts";
import type { BaselineStates, ExplainableModel } from "../explainable-model.ts";
import type { Warning } from "../explanation.ts";
import type { PreparedInput } from "../prepared-input.ts";

/** The states that the model reaches on a baseline input. */
export const propagated = (
  { hiddenStates, logits }: ForwardResult,
  warnings: readonly Warning[] = [],
): BaselineStates => ({ hiddenStates, logits, passes: 1, warnings });

/** Zero at every block; nothing is run. */
export function zeroStates(model: ExplainableModel, input: PreparedInput): BaselineStates {
  const state = zeros([1, input.features.length, model.programs.width]);
  const hiddenStates = Array.from({ length: model.programs.blocks }, () => state);
  return { hiddenStates, logits: undefined, passes: 0, warnings: [] };
}

/** @file Where the paths of all blocks start. METHOD 2. */

import type { ForwardResult } from "../../program/model-programs.ts";
import { zeros } from "../../tensor/tensor.ts";
import type { ExplainableModel } from "../explainable-model.ts";
import type { Warning } from "../explanation.ts";
import type { PreparedInput } from "../prepared-input.ts";

export interface BaselineStates {
  /** B_l [1, positions, width]. */
  readonly hiddenStates: ForwardResult["hiddenStates"];
  /** Logits at the baseline: the same for every block when it was propagated through the model; undefined for "zero". */
  readonly logits: ForwardResult["logits"] | undefined;
  /** Forward passes spent. */
  readonly passes: number;
  readonly warnings: readonly Warning[];
}

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

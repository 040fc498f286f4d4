/** @file The caller's own first hidden state as a baseline. METHOD 2. */

import { InvalidOptionError, ShapeError } from "../../errors.ts";
import { type FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import type { BaselineStates, ExplainableModel } from "../explainable-model.ts";
import type { BaselineObject } from "../options.ts";
import type { PreparedInput } from "../prepared-input.ts";
import { propagated } from "./baseline-states.ts";

/**
 * The hidden states that the model reaches from a first one.
 *
 * @param hiddenState - [positions, width] or [1, positions, width].
 * @throws {ShapeError} When it has another shape than that of the input.
 * @throws {InvalidOptionError} When it has numbers that are not finite, or the input is one of several windows.
 */
export async function stateBaseline(
  model: ExplainableModel,
  input: PreparedInput,
  hiddenState: FloatTensor,
): Promise<BaselineStates> {
  checkOnlyWindow(input);
  return fromState(model, input, hiddenState);
}

/** What a baseline is computed from. */
export interface BaselineContext {
  readonly model: ExplainableModel;
  readonly input: PreparedInput;
  readonly seed: number;
}

/** The hidden states from a first one that is computed for this input. @throws As `stateBaseline`. */
export async function computedBaseline(
  { model, input, seed }: BaselineContext,
  { name, hiddenState }: BaselineObject,
): Promise<BaselineStates> {
  if (typeof name !== "string" || name === "") {
    throw new InvalidOptionError("Cannot use a baseline without a name: results state it", "baseline", name);
  }
  const compute = hiddenState as (context: BaselineContext) => FloatTensor | Promise<FloatTensor>;
  return fromState(model, input, await compute({ model, input, seed }));
}

function checkOnlyWindow(input: PreparedInput): void {
  if (input.window !== undefined) {
    throw new InvalidOptionError(
      'Cannot use a hidden state as the baseline of a text that is read in several windows: each has hidden states of its own; use longText "truncate", or a baseline text',
      "baseline",
    );
  }
}

async function fromState(
  model: ExplainableModel,
  input: PreparedInput,
  hiddenState: FloatTensor,
): Promise<BaselineStates> {
  const wanted = [input.features.length, model.programs.width];
  const { shape, data } = hiddenState;
  const fits = shape.join() === wanted.join() || shape.join() === [1, ...wanted].join();
  if (!fits || !(data instanceof Float32Array)) {
    throw new ShapeError(
      `Cannot use a baseline of ${hiddenState.dtype} of shape [${shape.join(", ")}]: hidden state 0 of the input is float32 of shape [1, ${wanted.join(", ")}]`,
    );
  }
  const odd = data.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new InvalidOptionError(
      `Cannot use the hidden state as the baseline: element ${odd} is ${data[odd]}; give finite numbers`,
      "baseline",
    );
  }
  const state = floatTensor(data, [1, ...wanted]);
  return propagated(await model.programs.forwardFrom({ hiddenState: state, feeds: input.feeds }));
}

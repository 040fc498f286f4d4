/** @file Gives the batch and token axes of all inputs the same two names, so that sizes taken from different inputs compare equal. */

import type { Dimension, Graph, ValueInfo } from "../onnx/model.ts";
import { type Pass, unchanged } from "./pass.ts";

export const BATCH = "batch";
export const TOKENS = "tokens";

/**
 * Axis 0 of every input is the batch, axis 1 of whole-number matrices the tokens: so it is in all classifiers, and what
 * exporters name "batch_size" here and "input_ids_dynamic_axes_1" there becomes one symbol. Sizes that are numbers stay.
 * Names that the graph states for its inner values are renamed alike; what it calls "batch" itself keeps apart.
 */
export const nameAxes: Pass = (draft) => {
  const { graph } = draft;
  const names = new Map<Dimension, string>();
  for (const input of graph.inputs) {
    for (const [axis, size] of (input.shape ?? []).entries()) {
      const name = named(input, size, axis);
      if (typeof size === "string" && typeof name === "string" && name !== size) names.set(size, name);
    }
  }
  const inputs = graph.inputs.map((input) => ({
    ...input,
    shape: input.shape?.map((size, axis) => names.get(size) ?? named(input, size, axis)),
  }));
  for (const name of [BATCH, TOKENS]) if (!names.has(name)) names.set(name, `${name}'`);
  const isSame = inputs.every(({ shape }, i) => String(shape) === String(graph.inputs[i]?.shape));
  if (isSame) return unchanged(draft);
  const renamed = (values: readonly ValueInfo[]) => values.map((value) => rename(value, names));
  const result: Graph = { ...graph, inputs, values: renamed(graph.values), outputs: renamed(graph.outputs) };
  return { ...draft, graph: result, notes: [] };
};

function named({ dtype, shape }: ValueInfo, size: Dimension, axis: number): Dimension {
  if (typeof size === "number" && size >= 0) return size;
  if (axis === 0) return BATCH;
  return axis === 1 && shape?.length === 2 && (dtype === "int64" || dtype === "int32") ? TOKENS : size;
}

const rename = (value: ValueInfo, names: ReadonlyMap<Dimension, string>): ValueInfo => ({
  ...value,
  shape: value.shape?.map((size) => names.get(size) ?? size),
});

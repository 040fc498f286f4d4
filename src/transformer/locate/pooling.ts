/** @file What the logits are read from: one position, the mean over positions, or every token for itself. */

import type { Dimension, Node } from "../../onnx/model.ts";
import type { Anatomy } from "../anatomy.ts";
import type { DataFlow } from "./data-flow.ts";
import { intOf, intsOf, isOperator } from "./operators.ts";
import type { Search } from "./search.ts";

/** How many first positions are tokens that a class is read from. */
const SPECIAL = 2;

/**
 * Looks at how the axis of positions ends between the last block and the logits. It may end inside the last block, where
 * that computes only what is read.
 *
 * @param last - Hidden state entering the last block.
 * @param positions - Size of the axis of positions.
 */
export function findPooling(search: Search, flow: DataFlow, last: string, positions: Dimension): Anatomy["pooling"] {
  const selected = new Set<number | undefined>();
  let averaged = false;
  for (const node of search.index.graph.nodes) {
    const [value = "", second = ""] = node.inputs;
    if (!flow.has(node.outputs[0] ?? "") || !flow.has(value) || flow.place(value) < flow.place(last)) continue;
    const axis = positionAxis(search.shape(value), positions);
    if (axis === undefined) continue;
    if (isOperator(node, "Gather") && intOf(node, "axis") === axis) selectAll(search.shapes.constantInts(second));
    else if (isOperator(node, "GatherND", "GatherElements")) selected.add(undefined);
    else if (isOperator(node, "Slice")) selectSlice(search, node, axis);
    else if (reducesAxis(search, node, axis)) averaged = true;
  }
  if (averaged) return selected.size > 0 ? "class-token-and-mean" : "mean";
  if (selected.size === 0) return "none";
  return selected.has(0) && selected.has(1) && selected.size === SPECIAL
    ? "class-and-distillation-token"
    : "class-token";

  function selectAll(indices: readonly number[] | undefined): void {
    for (const index of indices ?? [undefined]) selected.add(index);
  }

  function selectSlice({ shapes }: Search, node: Node, axis: number): void {
    const [, start = "", end = "", axes = ""] = node.inputs;
    const at = (intsOf(node, "axes") ?? shapes.constantInts(axes) ?? [0]).indexOf(axis);
    const from = (intsOf(node, "starts") ?? shapes.constantInts(start))?.[at];
    const to = (intsOf(node, "ends") ?? shapes.constantInts(end))?.[at];
    // All positions but the first ones, as a mean over patches has them, select none.
    if (from === undefined || to === undefined || to - from > SPECIAL || (to < 0 && from >= 0)) return;
    for (let index = from; index < to; index++) selected.add(index);
  }
}

/** The axis of positions of [batch, positions, width], or of [batch, width, positions]; all positions or all patches are there. */
function positionAxis(shape: readonly Dimension[] | undefined, positions: Dimension): number | undefined {
  if (shape?.length !== 3) return undefined;
  const axes = [1, 2] as const;
  // One number of tokens may be several symbols, which nothing proves to be equal; the width is a number.
  if (typeof positions !== "number") return axes.find((axis) => typeof shape[axis] !== "number");
  const [, second] = shape;
  const isPart = typeof second === "number" && second > 1 && second < positions;
  return axes.find((axis) => shape[axis] === positions) ?? (isPart ? 1 : undefined);
}

function reducesAxis({ shapes, shape }: Search, node: Node, axis: number): boolean {
  const [value = "", second = ""] = node.inputs;
  if (isOperator(node, "GlobalAveragePool")) return true;
  if (!isOperator(node, "ReduceMean", "ReduceSum")) return false;
  const axes = intsOf(node, "axes") ?? shapes.constantInts(second) ?? [];
  const rank = shape(value)?.length ?? 0;
  return axes.some((own) => (own < 0 ? own + rank : own) === axis);
}

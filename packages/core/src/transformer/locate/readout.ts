/** @file Which positions the logits are read from, by how the axis of positions ends between the last block and the logits. */

import type { Dimension, Node } from "../../onnx/model.ts";
import type { Readout } from "../anatomy.ts";
import type { DataFlow } from "./data-flow.ts";
import { intOf, intsOf, isOperator, isProduct, readsSizeOnly, rearranges } from "./operators.ts";
import type { Search } from "./search.ts";

/** How many first positions are tokens that a class is read from. */
const SPECIAL = 2;

/** Positions that are read: a number from the front, or from behind (-1), chosen by the input, or what is not known. */
type Selected = number | "by-ids" | "by-last-id" | "unknown";

/**
 * Looks at how the axis of positions ends between the last block and the logits. It may end inside the last block, where
 * that computes only what is read.
 *
 * @param last - Hidden state entering the last block.
 * @param positions - Size of the axis of positions.
 */
export function findReadout(search: Search, flow: DataFlow, last: string, positions: Dimension): Readout {
  const selected = new Set<Selected>();
  let averaged = false;
  for (const node of search.index.graph.nodes) {
    const [value = "", second = ""] = node.inputs;
    if (!flow.has(node.outputs[0] ?? "") || !flow.has(value) || flow.place(value) < flow.place(last)) continue;
    if (weighsPositions(search, flow, node, positions)) selected.add("unknown");
    const axis = positionAxis(search.shape(value), positions) ?? mergedAxis(search, value, positions);
    if (axis === undefined) continue;
    if (isOperator(node, "Gather") && intOf(node, "axis", 0) === axis) selectIndices(second);
    else if (isOperator(node, "GatherND")) selectIndices(second);
    else if (isOperator(node, "GatherElements") && axisOf(search, node) === axis) selectIndices(second);
    else if (isOperator(node, "Slice")) selectSlice(search, node, axis);
    else if (isOperator(node, "Split") && axisOf(search, node) === axis) selectParts(search, node);
    else if (isOperator(node, "Compress", "ReduceMax", "TopK") && reduces(search, node, axis)) selected.add("unknown");
    else if (averages(node) && reduces(search, node, axis)) averaged = true;
  }
  return name(selected, averaged);

  function selectIndices(indices: string): void {
    const constant = search.shapes.constantInts(indices);
    if (constant !== undefined) for (const index of constant) selected.add(index);
    else selected.add(search.isConstant(indices) ? "unknown" : choiceOf(search, indices));
  }

  /** onnxruntime makes one Split of a class token and the rest. */
  function selectParts({ index, shapes }: Search, node: Node): void {
    const sizes = intsOf(node, "split") ?? shapes.constantInts(node.inputs[1] ?? "");
    if (sizes === undefined) return void selected.add("unknown");
    let from = 0;
    for (const [part, size] of sizes.entries()) {
      const used = (index.consumers.get(node.outputs[part] ?? "") ?? []).length > 0;
      for (let at = from; used && size <= SPECIAL && at < from + size; at++) selected.add(at);
      from += size;
    }
  }

  function selectSlice({ shapes }: Search, node: Node, axis: number): void {
    const [, start = "", end = "", axes = ""] = node.inputs;
    const at = (intsOf(node, "axes") ?? shapes.constantInts(axes) ?? [0]).indexOf(axis);
    const from = (intsOf(node, "starts") ?? shapes.constantInts(start))?.[at];
    const to = (intsOf(node, "ends") ?? shapes.constantInts(end))?.[at];
    if (from === undefined || to === undefined) return;
    // The last ones: to the end is the largest number there is.
    if (from < 0 && to - from > SPECIAL) for (let index = from; index < 0; index++) selected.add(index);
    // All positions but the first ones, as a mean over patches has them, select none.
    if (to - from > SPECIAL || (to < 0 && from >= 0)) return;
    for (let index = from; index < to; index++) selected.add(index);
  }
}

/** The axis of a node, counted from the front; scores by relative position are gathered along another one than positions. */
function axisOf(search: Search, node: Node): number {
  const axis = intOf(node, "axis", 0);
  return axis < 0 ? axis + (search.shape(node.inputs[0] ?? "")?.length ?? 0) : axis;
}

function name(selected: ReadonlySet<Selected>, averaged: boolean): Readout {
  if (selected.has("unknown")) return "unknown";
  const byInput = selected.has("by-ids") || selected.has("by-last-id");
  if (averaged) {
    if (selected.size === 0) return "mean";
    return selected.has(0) && selected.size === 1 ? "first-and-mean" : "unknown";
  }
  if (selected.size === 0) return "each";
  if (byInput) return selected.size > 1 || selected.has("by-ids") ? "chosen" : "last-token";
  if (selected.has(0) && selected.has(1) && selected.size === SPECIAL) return "first-two";
  const [only] = selected;
  if (selected.size > 1) return "chosen";
  return only === 0 ? "first" : only === -1 ? "last" : "chosen";
}

/**
 * What computed indices look for among the ids: the last one that is not padding (places are multiplied by where the ids
 * differ from it, or the first padding is searched and one subtracted), or something else.
 */
function choiceOf(search: Search, indices: string): Selected {
  const operators = new Set<string>();
  const seen = new Set([indices]);
  for (const value of seen) {
    search.spend(1);
    const node = search.index.producer.get(value);
    if (node === undefined || readsSizeOnly(node)) continue;
    operators.add(node.opType);
    for (const input of node.inputs) if (input !== "") seen.add(input);
  }
  const compares = operators.has("Equal");
  const counts = operators.has("ArgMax") || operators.has("ReduceMax") || operators.has("ReduceSum");
  const fromBehind = operators.has("Not") || operators.has("Sub") || operators.has("Mod");
  return compares && counts && fromBehind ? "by-last-id" : "by-ids";
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

/** Axis 0 of [batch x positions, width], where rows of the batch and positions were merged to be looked up together. */
function mergedAxis({ index, shape }: Search, value: string, positions: Dimension): number | undefined {
  const node = index.producer.get(value);
  if (node === undefined || !rearranges(node) || shape(value)?.length !== 2) return undefined;
  return positionAxis(shape(node.inputs[0] ?? ""), positions) === 1 ? 0 : undefined;
}

/** Whether a product adds up positions with weights of its own, as attention pooling does. */
function weighsPositions({ shape }: Search, flow: DataFlow, node: Node, positions: Dimension): boolean {
  const [, values = ""] = node.inputs;
  if (!isProduct(node) || !flow.has(values) || positionAxis(shape(values), positions) !== 1) return false;
  const result = shape(node.outputs[0] ?? "");
  return result !== undefined && typeof result.at(-2) === "number" && result.at(-2) !== positions;
}

const averages = (node: Node): boolean => isOperator(node, "ReduceMean", "ReduceSum", "GlobalAveragePool");

function reduces({ shapes, shape }: Search, node: Node, axis: number): boolean {
  const [value = "", second = ""] = node.inputs;
  if (isOperator(node, "GlobalAveragePool")) return true;
  const axes = intsOf(node, "axes") ?? shapes.constantInts(second) ?? [intOf(node, "axis") ?? axis];
  const rank = shape(value)?.length ?? 0;
  return axes.some((own) => (own < 0 ? own + rank : own) === axis);
}

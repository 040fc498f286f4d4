/** @file Where the positions that are asked for can be taken out before the head of a language model. */

import { ELEMENTWISE } from "../../graph/elementwise.ts";
import type { Node } from "../../onnx/model.ts";
import type { DataFlow } from "./data-flow.ts";
import type { LocatedParts } from "./locate-anatomy.ts";
import { intOf, intsOf, isOperator, isProduct, readsSizeOnly } from "./operators.ts";
import type { Search } from "./search.ts";

/**
 * The first value [batch, tokens, width] behind the last attention through which everything passes, and from which on
 * every token is computed for itself, whatever their number. The logits themselves where there is none.
 *
 * Cost: one pass over the nodes.
 */
export function askedFrom({ search, flow, logits, sites, positions }: LocatedParts): string {
  const last = flow.place(sites.at(-1)?.probabilities ?? "");
  const states = flow.cuts.filter((cut) => {
    const shape = search.shape(cut);
    return flow.place(cut) > last && shape?.length === 3 && shape[1] === positions && typeof shape[2] === "number";
  });
  const mixing = search.index.graph.nodes.reduce((most, node) => {
    const [input = -1] = node.inputs
      .filter((name) => flow.has(name))
      .map(flow.place)
      .sort((a, b) => b - a);
    return input > last && !keepsTokens(search, flow, node) ? Math.max(most, ends(node, flow)) : most;
  }, -1);
  return states.find((state) => flow.place(state) >= mixing) ?? logits.value;
}

/** Where the results of a node lie; those off the way count as where its last operand does. */
const ends = ({ inputs, outputs }: Node, flow: DataFlow): number =>
  Math.max(...[...outputs, ...inputs].filter((name) => flow.has(name)).map(flow.place));

/** Whether a node computes every token [batch, tokens, ...] for itself, and needs not know how many there are. */
function keepsTokens(search: Search, flow: DataFlow, node: Node): boolean {
  const { shape, shapes } = search;
  // What others use of a size is asked for where they use it.
  if (readsSizeOnly(node)) return false;
  const inner = node.inputs.filter((input) => flow.has(input));
  if (!inner.every((input) => shape(input)?.length === 3)) return false;
  const others = node.inputs.filter((input) => input !== "" && !flow.has(input));
  if (!others.every((input) => search.isConstant(input))) return false;
  const [, second = ""] = node.inputs;
  const isLast = (axis: number | undefined) => axis === -1 || axis === 2;
  if (isOperator(node, ...ELEMENTWISE)) return others.every((input) => (shape(input)?.at(-2) ?? 1) === 1);
  if (isOperator(node, "Gelu", "FastGelu", "QuickGelu", "BiasGelu", "Swish")) return true;
  if (isProduct(node)) {
    const isPlain = intOf(node, "transA", 0) === 0 && intOf(node, "transBatchA", 0) === 0;
    return isOperator(node, "MatMul", "FusedMatMul") && isPlain && shape(second)?.length === 2;
  }
  if (isOperator(node, "LayerNormalization", "SimplifiedLayerNormalization", "RMSNormalization", "Softmax", "Split")) {
    return isLast(intOf(node, "axis", isOperator(node, "Split") ? 0 : -1));
  }
  if (isOperator(node, "ReduceMean", "ReduceSum", "ReduceMax")) {
    const axes = intsOf(node, "axes") ?? shapes.constantInts(second);
    return axes?.length === 1 && isLast(axes[0]) && intOf(node, "keepdims", 1) === 1;
  }
  return false;
}

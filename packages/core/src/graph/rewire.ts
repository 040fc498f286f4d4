/** @file Redirecting edges: nodes that used one value use another. */

import type { Node } from "../onnx/model.ts";

/** The node with every input that is a key of `replacements` replaced; the same object when none is. */
export function rewireInputs(node: Node, replacements: ReadonlyMap<string, string>): Node {
  if (!node.inputs.some((input) => replacements.has(input))) return node;
  return { ...node, inputs: node.inputs.map((input) => replacements.get(input) ?? input) };
}

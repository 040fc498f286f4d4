/** @file Copies the nodes of a body (a branch of If, a function) into the graph around it. */

import type { GraphBuilder } from "../graph/builder.ts";
import type { Graph } from "../onnx/model.ts";
import { rewire } from "./rewrite-nodes.ts";

/** What is copied: a branch, or a function, whose inputs are bound to values of the graph by `bound`. */
export type Body = Pick<Graph, "nodes" | "initializers" | "outputs">;

/**
 * Emits the nodes of a body under names that are free in the graph around it, and returns its outputs.
 *
 * @param bound - Values that names of the body stand for ("" where an optional one is left out); what the body takes
 *   from outside stays as it is.
 */
export function inlineBody(body: Body, builder: GraphBuilder, bound: ReadonlyMap<string, string>): readonly string[] {
  const names = new Map(bound);
  for (const tensor of body.initializers) {
    names.set(tensor.name, builder.initializer({ ...tensor, name: builder.free(tensor.name) }));
  }
  for (const node of body.nodes) {
    const { opType, domain, inputs, attributes } = rewire(node, names);
    const last = node.outputs.findLastIndex((output) => output !== "");
    const options = { domain, attributes, output: node.outputs[0] || opType };
    const outputs = builder.emitMany(opType, inputs, last + 1, options);
    for (const [i, output] of outputs.entries()) if (node.outputs[i]) names.set(node.outputs[i], output);
  }
  return body.outputs.map(({ name }) => names.get(name) ?? name);
}

/** @file Cutting a part out of a graph: inner values become inputs, asked-for values become outputs. */

import { InternalError } from "../errors.ts";
import type { Graph, Node, ValueInfo } from "../onnx/model.ts";
import { capturedValues, indexGraph } from "./index-graph.ts";

export interface ExtractOptions {
  /** Inner values that the part takes as inputs instead of computing them. */
  readonly inputs?: readonly ValueInfo[];
  /** Values the part must make; float32 of unknown shape where only the name is given and nothing more is known. */
  readonly outputs: readonly (ValueInfo | string)[];
}

/**
 * The smallest graph that makes `outputs`: only the nodes, initializers and inputs they need, in the old order. Where a
 * node is kept for another of its outputs, the one that is cut gets the name `<value>__uncut`.
 *
 * @throws {InternalError} When an asked-for value does not exist.
 */
export function extractGraph(graph: Graph, { inputs = [], outputs }: ExtractOptions): Graph {
  const index = indexGraph(graph);
  const cut = new Map(inputs.map((value) => [value.name, value]));
  const known = new Map([...graph.values, ...graph.inputs, ...graph.outputs].map((value) => [value.name, value]));
  const wanted = outputs.map((output) =>
    typeof output === "string"
      ? (known.get(output) ?? { name: output, dtype: "float32" as const, shape: undefined })
      : output,
  );

  const needed = new Set<string>();
  const kept = new Set<Node>();
  const stack = wanted.map((value) => value.name);
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    if (name === "" || needed.has(name)) continue;
    needed.add(name);
    if (cut.has(name)) continue;
    const node = index.producer.get(name);
    if (node === undefined) {
      if (index.inputs.has(name) || index.initializers.has(name)) continue;
      throw new InternalError(`cannot extract "${name}" from graph "${graph.name}": nothing makes it`);
    }
    if (kept.has(node)) continue;
    kept.add(node);
    for (const input of node.inputs) stack.push(input);
    for (const value of capturedValues(node)) stack.push(value);
  }
  return {
    name: graph.name,
    inputs: [
      ...inputs.filter((value) => needed.has(value.name)),
      ...graph.inputs.filter((value) => needed.has(value.name) && !cut.has(value.name)),
    ],
    outputs: wanted,
    values: graph.values.filter((value) => needed.has(value.name) && !cut.has(value.name)),
    initializers: graph.initializers.filter((tensor) => needed.has(tensor.name)),
    nodes: graph.nodes.filter((node) => kept.has(node)).map((node) => withoutOutputs(node, cut)),
  };
}

/** The node with outputs that are inputs of the part renamed: a value is made once. */
function withoutOutputs(node: Node, cut: ReadonlyMap<string, ValueInfo>): Node {
  if (!node.outputs.some((output) => cut.has(output))) return node;
  return { ...node, outputs: node.outputs.map((output) => (cut.has(output) ? `${output}__uncut` : output)) };
}

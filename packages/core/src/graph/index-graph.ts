/** @file Who makes a value and who uses it. */

import type { Graph, Node, StoredTensor } from "../onnx/model.ts";

/** Lookup tables of one graph. */
export interface GraphIndex {
  readonly graph: Graph;
  /** Node that makes a value; undefined for graph inputs and initializers. */
  readonly producer: ReadonlyMap<string, Node>;
  /** Nodes that use a value, in topological order. */
  readonly consumers: ReadonlyMap<string, readonly Node[]>;
  readonly initializers: ReadonlyMap<string, StoredTensor>;
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

/** Indexes a graph. Values used inside the bodies of If, Loop and Scan count as inputs of that node. Cost: one pass over the nodes. */
export function indexGraph(graph: Graph): GraphIndex {
  const producer = new Map<string, Node>();
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== "") producer.set(output, node);
    for (const input of new Set([...node.inputs, ...capturedValues(node)])) {
      if (input === "") continue;
      const list = consumers.get(input);
      if (list === undefined) consumers.set(input, [node]);
      else list.push(node);
    }
  }
  return {
    graph,
    producer,
    consumers,
    initializers: new Map(graph.initializers.map((tensor) => [tensor.name, tensor])),
    inputs: new Set(graph.inputs.map((value) => value.name)),
    outputs: new Set(graph.outputs.map((value) => value.name)),
  };
}

/** Names that the bodies of a control-flow node take from the graph around it. */
export function capturedValues(node: Node): string[] {
  const captured: string[] = [];
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind !== "graph") continue;
    const body = attribute.value;
    const local = new Set([...body.inputs, ...body.initializers].map((value) => value.name));
    for (const inner of body.nodes) for (const output of inner.outputs) local.add(output);
    for (const inner of body.nodes) {
      for (const input of [...inner.inputs, ...capturedValues(inner)]) if (!local.has(input)) captured.push(input);
    }
    for (const output of body.outputs) if (!local.has(output.name)) captured.push(output.name);
  }
  return captured;
}

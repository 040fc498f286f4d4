/** @file Constant nodes as stored tensors, so that there is one place to look for constants. */

import type { Attributes, Graph, Node, StoredTensor } from "../onnx/model.ts";
import { floatTensor, intTensor, type Tensor } from "../tensor/tensor.ts";

/** The graph with its Constant nodes as initializers of the same names; strings and sparse tensors stay nodes. */
export function storeConstantNodes(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const stored = new Map<Node, StoredTensor>();
  for (const node of graph.nodes) {
    const [name = ""] = node.outputs;
    if (node.opType !== "Constant" || node.domain !== "" || outputs.has(name)) continue;
    const tensor = constantTensor(name, node.attributes);
    if (tensor !== undefined) stored.set(node, tensor);
  }
  if (stored.size === 0) return graph;
  return {
    ...graph,
    initializers: [...graph.initializers, ...stored.values()],
    nodes: graph.nodes.filter((node) => !stored.has(node)),
  };
}

/** What a Constant node holds (Constant-12). */
function constantTensor(name: string, attributes: Attributes): StoredTensor | undefined {
  const { value, value_int, value_ints, value_float, value_floats } = attributes;
  if (value?.kind === "tensor") return { ...value.value, name };
  if (value_int?.kind === "int") return storeTensor(name, intTensor([value_int.value], []));
  if (value_ints?.kind === "ints") return storeTensor(name, intTensor(value_ints.value, [value_ints.value.length]));
  if (value_float?.kind === "float") return storeTensor(name, floatTensor([value_float.value], []));
  if (value_floats?.kind === "floats") {
    return storeTensor(name, floatTensor(value_floats.value, [value_floats.value.length]));
  }
  return undefined;
}

/** A tensor in memory as one that a model stores; the bytes are not copied. */
export function storeTensor(name: string, { dtype, shape, data }: Tensor): StoredTensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dtype, shape, storage: { kind: "bytes", bytes } };
}

/** @file How much of a file nodes are: what a copy of them costs later, counted in nodes, edges and numbers. */

import type { AttributeProto, GraphProto, NodeProto, TensorProto } from "./onnx-proto.ts";

/** Raw bytes of larger tensors are looked at where they lie; those of smaller ones may be copied. */
const COPIED_BYTES = 2 ** 16;
const NUMBER_BYTES = 8;

/** A node with its edges, attributes and bodies. Cost: as much. */
export function nodeWeight({ input, output, attribute }: NodeProto): number {
  return attribute.reduce((sum, each) => sum + attributeWeight(each), 1 + input.length + output.length);
}

/** All that a graph holds. */
export function graphWeight({ node, initializer, input, output, valueInfo }: GraphProto): number {
  const values = input.length + output.length + valueInfo.length;
  const tensors = initializer.reduce((sum, tensor) => sum + tensorWeight(tensor), values);
  return node.reduce((sum, each) => sum + nodeWeight(each), tensors);
}

function attributeWeight({ floats, ints, strings, s, t, g }: AttributeProto): number {
  const lists = 1 + floats.length + ints.length + strings.length + s.length / NUMBER_BYTES;
  return lists + (t === undefined ? 0 : tensorWeight(t)) + (g === undefined ? 0 : graphWeight(g));
}

function tensorWeight(tensor: TensorProto): number {
  const { dims, floatData, int32Data, int64Data, doubleData, uint64Data, stringData, rawData } = tensor;
  const lists = [dims, floatData, int32Data, int64Data, doubleData, uint64Data, stringData];
  const raw = rawData.length > COPIED_BYTES ? 0 : rawData.length / NUMBER_BYTES;
  return lists.reduce((sum, { length }) => sum + length, 1 + raw);
}

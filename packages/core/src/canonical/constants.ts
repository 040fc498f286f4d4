/** @file Reading the small constants of a graph that passes decide by. */

import { capturedValues } from "../graph/index-graph.ts";
import type { Graph, StoredTensor } from "../onnx/model.ts";
import { viewBytes } from "../tensor/dtype.ts";
import { bfloat16ToFloat, halfToFloat } from "../tensor/half.ts";
import { elementCount } from "../tensor/tensor.ts";

/** Constants larger than this are weights, not parameters of a formula. */
const LARGEST_COUNT = 4096;

/** Elements of a small numeric tensor that lies in the model itself; undefined for all others. 16-bit floats are widened. */
export function smallNumbers(tensor: StoredTensor | undefined): readonly number[] | undefined {
  if (tensor === undefined || tensor.storage.kind !== "bytes" || elementCount(tensor.shape) > LARGEST_COUNT) {
    return undefined;
  }
  const { bytes } = tensor.storage;
  switch (tensor.dtype) {
    case "string":
    case "int4":
    case "uint4":
      return undefined;
    case "float16":
      return Array.from(halfToFloat(viewBytes("float16", bytes) as Uint16Array));
    case "bfloat16":
      return Array.from(bfloat16ToFloat(viewBytes("bfloat16", bytes) as Uint16Array));
    default:
      return Array.from(viewBytes(tensor.dtype, bytes) as ArrayLike<number | bigint>, Number);
  }
}

/** The constants of a graph by name. */
export interface ConstantTable {
  readonly stored: ReadonlyMap<string, StoredTensor>;
  /** All elements of a small constant. */
  numbers(value: string | undefined): readonly number[] | undefined;
  /** The number that a constant of one element holds. */
  scalar(value: string | undefined): number | undefined;
}

/** Initializers that are no graph inputs (a caller may feed others). */
export function constantsOf(graph: Graph): ConstantTable {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const stored = new Map(graph.initializers.filter(({ name }) => !inputs.has(name)).map((t) => [t.name, t]));
  const read = new Map<string, readonly number[] | undefined>();
  const numbers = (value: string | undefined) => {
    if (value === undefined || value === "") return undefined;
    if (!read.has(value)) read.set(value, smallNumbers(stored.get(value)));
    return read.get(value);
  };
  return {
    stored,
    numbers,
    scalar: (value) => {
      const elements = numbers(value);
      return elements?.length === 1 ? elements[0] : undefined;
    },
  };
}

/** Values that nothing but constants decides: initializers and what is computed from them alone. */
export function constantValues(graph: Graph): ReadonlySet<string> {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const constant = new Set(graph.initializers.map(({ name }) => name).filter((name) => !inputs.has(name)));
  for (const node of graph.nodes) {
    const used = [...node.inputs, ...capturedValues(node)].filter((name) => name !== "");
    if (!used.every((name) => constant.has(name)) || RANDOM.has(node.opType)) continue;
    for (const output of node.outputs) constant.add(output);
  }
  return constant;
}

const RANDOM = new Set(["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli"]);

/** @file Symbolic shapes and element types of all values of a graph, and the whole numbers that can be known ahead. */

import type { Attribute, Graph, Node, StoredTensor } from "../onnx/model.ts";
import { type DType, viewBytes } from "../tensor/dtype.ts";
import { INTEGER_FOLDS } from "./fold-integers.ts";
import type { Shape, ShapeContext, ShapeRules, ValueType } from "./shape-rule.ts";
import { elementwiseShapes } from "./shape-rules/elementwise.ts";
import { matmulShapes } from "./shape-rules/matmul.ts";
import { movementShapes } from "./shape-rules/movement.ts";
import { reductionShapes } from "./shape-rules/reduction.ts";

export type { ValueType } from "./shape-rule.ts";

/** What is known of the values of a graph. */
export interface ShapeTable {
  get(value: string): ValueType | undefined;
  /** Elements of a value of whole numbers that does not depend on the input. */
  constantInts(value: string): readonly number[] | undefined;
}

const SHAPE_RULES: ShapeRules = { ...elementwiseShapes, ...matmulShapes, ...movementShapes, ...reductionShapes };

/** Larger integer constants are tables, not shapes. */
const LARGEST_FOLDED_BYTES = 4096;

/**
 * Infers shapes and element types.
 *
 * Sizes that cannot be computed get a fresh symbol ("?12") each, so that equality stays provable: values with the same
 * symbol have the same size. Operators without a rule give values of unknown shape; where the graph states the type of
 * such a value, that is used. Cost: one pass over the nodes.
 */
export function inferShapes(graph: Graph, opsets: Readonly<Record<string, number>>): ShapeTable {
  const stated = new Map([...graph.values, ...graph.outputs].map((value) => [value.name, value]));
  const types = new Map<string, ValueType>();
  const integers = new Map<string, readonly number[]>();
  let symbols = 0;
  const fresh = () => `?${symbols++}`;
  const named = (shape: Shape | undefined) => shape?.map((size) => size ?? fresh());

  for (const { name, dtype, shape } of graph.inputs) types.set(name, { dtype, shape: named(shape) });
  for (const tensor of graph.initializers) {
    types.set(tensor.name, { dtype: tensor.dtype, shape: tensor.shape });
    const values = smallIntegers(tensor);
    if (values !== undefined) integers.set(tensor.name, values);
  }
  for (const node of graph.nodes) {
    const context = createShapeContext(node, opsets[node.domain] ?? 1, types, integers, fresh);
    const inferred = SHAPE_RULES[node.opType]?.(context) ?? [];
    node.outputs.forEach((output, i) => {
      const { dtype, shape } = inferred[i] ?? {};
      const known = stated.get(output);
      types.set(output, { dtype: dtype ?? known?.dtype, shape: named(shape ?? known?.shape) });
    });
    const [first] = node.outputs;
    const folded = isInteger(types.get(first ?? "")?.dtype) ? foldIntegers(node, context) : undefined;
    if (first !== undefined && folded !== undefined) integers.set(first, folded);
  }
  return { get: (value) => types.get(value), constantInts: (value) => integers.get(value) };
}

const isInteger = (dtype: DType | undefined): boolean => dtype === "int64" || dtype === "int32";

function foldIntegers(node: Node, context: ShapeContext): readonly number[] | undefined {
  const { value } = node.attributes;
  if (value?.kind === "tensor") return smallIntegers(value.value);
  return INTEGER_FOLDS[node.opType]?.(context);
}

function smallIntegers({ dtype, shape, storage }: StoredTensor): readonly number[] | undefined {
  if (!isInteger(dtype) || shape.length > 1 || storage.kind !== "bytes") return undefined;
  if (storage.bytes.byteLength > LARGEST_FOLDED_BYTES) return undefined;
  return Array.from(viewBytes(dtype, storage.bytes) as ArrayLike<number | bigint>, Number);
}

function createShapeContext(
  node: Node,
  opset: number,
  types: ReadonlyMap<string, ValueType>,
  integers: ReadonlyMap<string, readonly number[]>,
  fresh: () => string,
): ShapeContext {
  const input = (i: number) => node.inputs[i] ?? "";
  const attribute = <K extends Attribute["kind"]>(name: string, kind: K) => {
    const found = node.attributes[name];
    return found?.kind === kind ? (found as Extract<Attribute, { kind: K }>) : undefined;
  };
  return {
    node,
    opset,
    shape: (i) => types.get(input(i))?.shape,
    dtype: (i) => types.get(input(i))?.dtype,
    hasInput: (i) => input(i) !== "",
    integers: (i) => integers.get(input(i)),
    int: (name, fallback) => attribute(name, "int")?.value ?? fallback,
    ints: (name) => attribute(name, "ints")?.value,
    string: (name, fallback) => attribute(name, "string")?.value ?? fallback,
    fresh,
  };
}

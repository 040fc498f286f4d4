/** @file The view of a node that a gradient rule gets. */

import { UnsupportedModelError } from "../errors.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { ShapeTable } from "../graph/infer-shapes.ts";
import type { Attribute, Node, StoredTensor } from "../onnx/model.ts";
import { isFloating, viewBytes } from "../tensor/dtype.ts";
import { reshapeToShape } from "./reshape.ts";
import type { RuleContext } from "./rule.ts";
import { sumToShape } from "./unbroadcast.ts";

export interface ContextSource {
  readonly node: Node;
  readonly opset: number;
  readonly builder: GraphBuilder;
  readonly shapes: ShapeTable;
  /** Constants of the model by name. */
  readonly constants: ReadonlyMap<string, StoredTensor>;
  /** Gradient that reached output i. */
  readonly outputGradient: (i: number) => string | undefined;
  /** Values whose gradients are wanted. */
  readonly needed: ReadonlySet<string>;
}

/** A rule's view of `node`. */
export function createContext(source: ContextSource): RuleContext {
  const { node, opset, builder, shapes, constants, outputGradient, needed } = source;
  const refuse = (reason: string): never => {
    const { name, opType, domain } = node;
    throw new UnsupportedModelError(
      `Cannot build a gradient for node "${name}" (${opType}, opset ${opset}): ${reason}`,
      [{ node: name, opType, domain, opset, reason }],
    );
  };
  function attribute<K extends Attribute["kind"]>(name: string, kind: K) {
    type Wanted = Extract<Attribute, { kind: K }>;
    const found = node.attributes[name];
    if (found === undefined) return undefined;
    if (found.kind !== kind) refuse(`attribute "${name}" is of kind "${found.kind}", wanted "${kind}"`);
    return (found as Wanted).value as Wanted["value"];
  }
  const named = (list: readonly string[], i: number, what: string) => list[i] || refuse(`its ${what} ${i} is omitted`);
  return {
    node,
    opset,
    builder,
    input: (i) => named(node.inputs, i, "input"),
    hasInput: (i) => (node.inputs[i] ?? "") !== "",
    output: (i) => named(node.outputs, i, "output"),
    outputGradient: (i = 0) => outputGradient(i) ?? refuse(`its output ${i} has no part in the score, and others have`),
    hasOutputGradient: (i) => outputGradient(i) !== undefined,
    needsGradient: (i) => needed.has(node.inputs[i] ?? ""),
    int: (name, fallback) => attribute(name, "int") ?? fallback,
    float: (name, fallback) => attribute(name, "float") ?? fallback,
    string: (name, fallback) => attribute(name, "string") ?? fallback,
    ints: (name) => attribute(name, "ints"),
    shape: (value) => shapes.get(value)?.shape,
    dtype: (value) => shapes.get(value)?.dtype ?? "float32",
    rank: (value) => shapes.get(value)?.shape?.length ?? refuse(`the rank of "${value}" is not known`),
    constantInts: (value) => shapes.constantInts(value),
    constantFloat: (value) => scalarOf(constants.get(value)),
    sizeOf(value, axis) {
      const size = shapes.get(value)?.shape?.[axis];
      return typeof size === "number" ? builder.integers([size]) : builder.sizeOf(value, axis);
    },
    reshapeTo: (gradient, from, value) => reshapeToShape(builder, gradient, from, value, shapes.get(value)?.shape),
    sumTo: (gradient, from, value) => sumToShape(builder, gradient, from, value, shapes.get(value)?.shape),
    refuse,
  };
}

function scalarOf(tensor: StoredTensor | undefined): number | undefined {
  if (tensor === undefined || tensor.storage.kind !== "bytes") return undefined;
  if (tensor.shape.some((size) => size !== 1) || !isFloating(tensor.dtype)) return undefined;
  const [value] = viewBytes(tensor.dtype, tensor.storage.bytes);
  // Half floats are kept as bit patterns.
  return tensor.dtype === "float32" || tensor.dtype === "float64" ? Number(value) : undefined;
}

/** @file Symbolic shapes and element types of all values of a graph, and the whole numbers that can be known ahead. */

import type { Attribute, Dimension, Graph, Node } from "../onnx/model.ts";
import { own } from "../util/own.ts";
import { foldIntegers, isInteger, isReal, storedIntegers } from "./fold-integers.ts";
import { foldMatrix, type Matrix } from "./fold-matrices.ts";
import {
  LARGEST_RANK,
  LONGEST_SYMBOL,
  type Shape,
  type ShapeContext,
  type ShapeRules,
  type ValueType,
} from "./shape-rule.ts";
import { constantShapes } from "./shape-rules/constants.ts";
import { convolutionShapes } from "./shape-rules/convolution.ts";
import { elementwiseShapes } from "./shape-rules/elementwise.ts";
import { indexingShapes } from "./shape-rules/indexing.ts";
import { matmulShapes } from "./shape-rules/matmul.ts";
import { movementShapes } from "./shape-rules/movement.ts";
import { normalizationShapes } from "./shape-rules/normalization.ts";
import { reductionShapes } from "./shape-rules/reduction.ts";
import { sliceShapes } from "./shape-rules/slice.ts";

export type { ValueType } from "./shape-rule.ts";

/** What is known of the values of a graph. */
export interface ShapeTable {
  get(value: string): ValueType | undefined;
  /** Elements of a value of whole numbers with at most one axis that does not depend on the input. */
  constantInts(value: string): readonly number[] | undefined;
  /** The same for integers and truth values (0 and 1), with symbols where an element is the size of an axis and undefined where nothing is known. */
  elements(value: string): readonly Dimension[] | undefined;
}

/** All rules: one line a family. */
const SHAPE_RULES: ShapeRules = {
  ...elementwiseShapes,
  ...matmulShapes,
  ...movementShapes,
  ...sliceShapes,
  ...indexingShapes,
  ...reductionShapes,
  ...normalizationShapes,
  ...convolutionShapes,
  ...constantShapes,
};

/** Operator sets whose names the rules are for. */
const DOMAINS: ReadonlySet<string> = new Set(["", "ai.onnx", "com.microsoft"]);

/** Names that exporters give to every axis they know nothing of: they do not mean that two sizes are equal. */
const NAMELESS: ReadonlySet<Dimension> = new Set([undefined, "", "?", "None"]);

/**
 * Infers shapes and element types.
 *
 * Sizes that cannot be computed get a fresh symbol ("?12") each, so that equality stays provable: values with the same
 * symbol have the same size. An axis that is sliced at its first or last element is taken to have one, and one whose
 * symbol is given to Reshape not to be empty. Operators without a rule give values of unknown shape; where the graph
 * states what a rule cannot know (value_info, outputs), that is used. Bodies of control flow are not entered.
 * Cost: one pass over the nodes.
 */
export function inferShapes(graph: Graph, opsets: Readonly<Record<string, number>>): ShapeTable {
  const stated = new Map([...graph.values, ...graph.outputs].map((value) => [value.name, value]));
  const types = new Map<string, ValueType>();
  const elements = new Map<string, Shape>();
  const matrices = new Map<string, Matrix>();
  const symbols = createSymbols(graph);
  const named = (shape: Shape | undefined) =>
    shape === undefined || shape.length > LARGEST_RANK
      ? undefined
      : shape.map((size) => (isNameless(size) ? symbols.fresh() : size));

  for (const { name, dtype, shape } of graph.inputs) types.set(name, { dtype, shape: named(shape) });
  for (const tensor of graph.initializers) {
    types.set(tensor.name, { dtype: tensor.dtype, shape: tensor.shape });
    const values = storedIntegers(tensor);
    if (values !== undefined) elements.set(tensor.name, values);
  }
  for (const node of graph.nodes) {
    const opset = opsets[node.domain === "ai.onnx" ? "" : node.domain] ?? 1;
    const context = createShapeContext(node, opset, types, elements, symbols.fresh);
    const known = DOMAINS.has(node.domain);
    const inferred = (known && own(SHAPE_RULES, node.opType)?.(context)) || [];
    const results = node.outputs.map((output, i): ValueType => {
      const { dtype, shape } = inferred[i] ?? {};
      const declared = stated.get(output);
      return { dtype: dtype ?? declared?.dtype, shape: named(complete(shape, declared?.shape)) };
    });
    node.outputs.forEach((output, i) => {
      if (output !== "") types.set(output, results[i] as ValueType);
    });
    const [first] = results;
    const isWhole = isInteger(first?.dtype) || first?.dtype === "bool";
    // Arithmetic is that of whole numbers: of others only what a range is given is known.
    const isGiven = isReal(first?.dtype) && (node.opType === "Cast" || node.opType === "Constant");
    const small = (first?.shape?.length ?? 2) <= 1 && (isWhole || isGiven);
    const folded = known && small ? foldIntegers(context) : undefined;
    if (folded !== undefined) elements.set(node.outputs[0] as string, folded);
    else if (known) foldMatrices(context, node);
  }
  return {
    get: (value) => types.get(value),
    elements: (value) => elements.get(value),
    constantInts: (value) => (isInteger(types.get(value)?.dtype) ? numbersOf(elements.get(value)) : undefined),
  };

  function foldMatrices(context: ShapeContext, { inputs: [x = ""], outputs: [y = ""] }: Node): void {
    if (!isInteger(context.dtype(0))) return;
    const folded = foldMatrix(context, matrices.get(x));
    if (folded === undefined) return;
    if ("rows" in folded) matrices.set(y, folded);
    else elements.set(y, folded);
  }
}

/** Sizes that a rule left open are taken from what the graph states. */
function complete(inferred: Shape | undefined, declared: Shape | undefined): Shape | undefined {
  if (inferred === undefined || declared?.length !== inferred.length) return inferred ?? declared;
  return inferred.map((size, axis) => size ?? declared[axis]);
}

/** Sizes that are no number of elements, and names that nobody would read, are not known either. */
const isNameless = (size: Dimension): boolean =>
  typeof size === "string"
    ? NAMELESS.has(size) || size.length > LONGEST_SYMBOL
    : size === undefined || !Number.isSafeInteger(size) || size < 0;

/** Fresh symbols "?0", "?1", ... that the graph does not use itself. */
function createSymbols(graph: Graph): { readonly fresh: () => string } {
  const taken = new Set([...graph.inputs, ...graph.values, ...graph.outputs].flatMap(({ shape }) => shape ?? []));
  let count = 0;
  const fresh = (): string => {
    const symbol = `?${count++}`;
    return taken.has(symbol) ? fresh() : symbol;
  };
  return { fresh };
}

function numbersOf(elements: Shape | undefined): readonly number[] | undefined {
  return elements?.every((value) => typeof value === "number") ? elements : undefined;
}

function createShapeContext(
  node: Node,
  opset: number,
  types: ReadonlyMap<string, ValueType>,
  elements: ReadonlyMap<string, Shape>,
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
    elements: (i) => elements.get(input(i)),
    constantInts: (i) => numbersOf(elements.get(input(i))),
    int: (name, fallback) => attribute(name, "int")?.value ?? fallback,
    ints: (name) => attribute(name, "ints")?.value,
    string: (name, fallback) => attribute(name, "string")?.value ?? fallback,
    fresh,
  };
}

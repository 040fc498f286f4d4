/** @file What every part of the search looks at: the graph, who makes and uses its values, and their shapes. */

import { UnsupportedModelError } from "../../errors.ts";
import { type GraphIndex, indexGraph } from "../../graph/index-graph.ts";
import { inferShapes, type ShapeTable } from "../../graph/infer-shapes.ts";
import { factorsOf } from "../../graph/shape-rule.ts";
import type { Dimension, Graph } from "../../onnx/model.ts";
import { readsSizeOnly } from "./operators.ts";

/** A graph under search. */
export interface Search {
  readonly index: GraphIndex;
  readonly shapes: ShapeTable;
  readonly opsets: Readonly<Record<string, number>>;
  shape(value: string): readonly Dimension[] | undefined;
  /** Whether no input of the graph has a part in a value. */
  isConstant(value: string): boolean;
  /**
   * Inputs of the graph whose elements, not only their sizes, have a part in any of the values.
   *
   * @param until - A value behind which nothing is looked for.
   */
  inputsBehind(values: Iterable<string>, until?: string): ReadonlySet<string>;
  /** Values in whose elements, not only their sizes, those of any of these inputs have a part. Cost: one pass over the nodes. */
  valuesBehind(inputs: readonly string[]): ReadonlySet<string>;
  /** Floating-point values in which any of these have a part. Cost: one pass over the nodes for each list of values. */
  floatsBehind(values: readonly string[]): ReadonlySet<string>;
  /** Place of a value in the order of the graph, inputs first. */
  position(value: string): number;
  /**
   * Takes note of values that a walk has looked at.
   *
   * @throws {UnsupportedModelError} When all walks together have looked at far more than the graph has: parts of it are
   *   looked through again and again, which no Transformer needs.
   */
  spend(values: number): void;
}

/** Values that walks may look at: so many for each node, and as many besides. */
const WALKS = { perNode: 64, besides: 4_000_000 };

export function createSearch(graph: Graph, opsets: Readonly<Record<string, number>>): Search {
  const index = indexGraph(graph);
  const shapes = inferShapes(graph, opsets);
  const varying = varyingValues(graph);
  const positions = positionsOf(graph);
  const floats = new WeakMap<readonly string[], ReadonlySet<string>>();
  const limit = WALKS.perNode * graph.nodes.length + WALKS.besides;
  let spent = 0;
  const spend = (values: number) => {
    spent += values;
    if (spent <= limit) return;
    throw new UnsupportedModelError(
      `Cannot find the parts of the model: its ${graph.nodes.length.toLocaleString("en-US")} nodes lead to each other in too many ways to be followed; export the model for inference, with its logits as the only output`,
      [{ reason: "too many ways through the graph" }],
    );
  };
  return {
    index,
    shapes,
    opsets,
    shape: (value) => shapes.get(value)?.shape,
    isConstant: (value) => !varying.has(value),
    inputsBehind(values, until) {
      const seen = new Set(values);
      // A set yields what is added while it is walked.
      for (const value of seen) {
        const node = index.producer.get(value);
        if (value === until || node === undefined || readsSizeOnly(node)) continue;
        for (const input of node.inputs) if (input !== "") seen.add(input);
      }
      spend(seen.size);
      return new Set(graph.inputs.map(({ name }) => name).filter((name) => seen.has(name)));
    },
    valuesBehind(inputs) {
      const behind = new Set(inputs);
      for (const node of graph.nodes) {
        if (readsSizeOnly(node) || !node.inputs.some((input) => behind.has(input))) continue;
        for (const output of node.outputs) if (output !== "") behind.add(output);
      }
      return behind;
    },
    floatsBehind(values) {
      const known = floats.get(values);
      if (known !== undefined) return known;
      spend(graph.nodes.length);
      const behind = new Set(values);
      for (const { inputs, outputs } of graph.nodes) {
        if (!inputs.some((input) => behind.has(input))) continue;
        for (const output of outputs) if (isFloat(shapes.get(output)?.dtype)) behind.add(output);
      }
      floats.set(values, behind);
      return behind;
    },
    position: (value) => positions.get(value) ?? -1,
    spend,
  };
}

const isFloat = (dtype: string | undefined): boolean => dtype === undefined || /^b?float/.test(dtype);

/** Inputs, then what nodes make, in order. */
function positionsOf({ inputs, nodes }: Graph): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  for (const { name } of inputs) positions.set(name, positions.size);
  for (const { outputs } of nodes) for (const output of outputs) positions.set(output, positions.size);
  return positions;
}

/** Values that depend on an input of the graph in any way. */
function varyingValues(graph: Graph): ReadonlySet<string> {
  const varying = new Set(graph.inputs.map(({ name }) => name));
  for (const { inputs, outputs } of graph.nodes) {
    if (inputs.some((input) => varying.has(input))) for (const output of outputs) varying.add(output);
  }
  return varying;
}

/** A shape as messages have it; sizes of which nothing is known as "?". */
export const describeShape = (shape: readonly Dimension[] | undefined): string =>
  shape === undefined ? "of unknown shape" : `[${shape.map(describeSize).join(", ")}]`;

function describeSize(size: Dimension): string {
  if (size === undefined) return "?";
  const { number, symbols } = factorsOf(size);
  if (symbols.some((symbol) => symbol.startsWith("?"))) return "?";
  return [...(number === 1 && symbols.length > 0 ? [] : [number]), ...symbols].join(" x ");
}

/** @file What every part of the search looks at: the graph, who makes and uses its values, and their shapes. */

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
}

export function createSearch(graph: Graph, opsets: Readonly<Record<string, number>>): Search {
  const index = indexGraph(graph);
  const shapes = inferShapes(graph, opsets);
  const varying = varyingValues(graph);
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
      return new Set(graph.inputs.map(({ name }) => name).filter((name) => seen.has(name)));
    },
  };
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

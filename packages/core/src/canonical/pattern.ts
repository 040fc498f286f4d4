/** @file What passes that recognise a formula look with: who makes a value, which constants there are, sums and products in any order. */

import { indexGraph } from "../graph/index-graph.ts";
import { inferShapes, type ShapeTable } from "../graph/infer-shapes.ts";
import type { Node } from "../onnx/model.ts";
import { type ConstantTable, constantsOf } from "./constants.ts";
import type { Draft } from "./pass.ts";

/** A graph to look for formulas in. */
export interface Patterns {
  readonly constants: ConstantTable;
  readonly shapes: ShapeTable;
  /** The node of ai.onnx that makes a value, if it is one of these operators. */
  made(value: string | undefined, ...opTypes: readonly string[]): Node | undefined;
}

export function createPatterns({ graph, opsets }: Draft): Patterns {
  const { producer } = indexGraph(graph);
  return {
    constants: constantsOf(graph),
    shapes: inferShapes(graph, opsets),
    made: (value, ...opTypes) => {
      const node = producer.get(value ?? "");
      return node?.domain === "" && opTypes.includes(node.opType) ? node : undefined;
    },
  };
}

/** Both orders of the operands of a commutative node. */
export const orders = ({ inputs: [a = "", b = ""] }: Node): readonly (readonly [string, string])[] => [
  [a, b],
  [b, a],
];

/** Equal up to the digits that exporters write a constant with. */
export const isAbout = (value: number | undefined, wanted: number): boolean =>
  value !== undefined && Math.abs(value - wanted) <= 1e-3 * Math.abs(wanted);

/** Whether a node reduces exactly the last axis and keeps it: ReduceMean with axes as attribute or constant input. */
export function reducesLastAxis({ inputs, attributes }: Node, { shapes }: Patterns): boolean {
  const { axes: stated, keepdims } = attributes;
  const axes = stated?.kind === "ints" ? stated.value : shapes.constantInts(inputs[1] ?? "");
  const rank = shapes.get(inputs[0] ?? "")?.shape?.length;
  const keeps = keepdims?.kind !== "int" || keepdims.value === 1;
  return keeps && axes?.length === 1 && (axes[0] === -1 || (rank !== undefined && axes[0] === rank - 1));
}

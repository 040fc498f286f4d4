/** @file Nodes whose operands cannot have the shapes that were inferred for them: what an engine would refuse at run time. */

import type { Dimension, Graph, Node } from "../onnx/model.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import type { ShapeTable } from "./infer-shapes.ts";
import { axisIn, type Shape } from "./shape-rule.ts";

/**
 * The first node with operands that do not fit, or undefined. Sizes that are symbols may be anything, so only numbers
 * contradict each other. Cost: one pass over the nodes.
 */
export function findContradiction({ nodes }: Graph, shapes: ShapeTable): Node | undefined {
  return nodes.find((node) => {
    const operands = node.inputs.filter((input) => input !== "").map((input) => shapes.get(input)?.shape);
    const known = operands.filter((shape): shape is Shape => shape !== undefined);
    if (node.domain !== "") return false;
    if (ELEMENTWISE.has(node.opType)) return !broadcasts(known);
    if (node.opType === "MatMul") return !broadcasts(known.map((shape) => shape.slice(0, -2)));
    if (node.opType === "Concat") return !joins(known, node);
    return node.opType === "Reshape" && !keepsCount(known[0], shapes.get(node.outputs[0] ?? "")?.shape);
  });
}

/** Numbers other than 1 at the same place from behind are equal. */
function broadcasts(shapes: readonly Shape[]): boolean {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, i) => -1 - i).every(
    (place) => distinct(shapes.map((shape) => shape.at(place)).filter((size) => size !== 1)) < 2,
  );
}

/** All axes but the joined one are equal. */
function joins(shapes: readonly Shape[], { attributes: { axis } }: Node): boolean {
  const rank = shapes[0]?.length ?? 0;
  const joined = axisIn(axis?.kind === "int" ? axis.value : 0, rank);
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== joined);
  return others.every((i) => distinct(shapes.map((shape) => shape[i])) < 2);
}

/** As many elements before and after, where the symbols are the same. */
function keepsCount(from: Shape | undefined, to: Shape | undefined): boolean {
  if (from === undefined || to === undefined) return true;
  const [before, after] = [from, to].map(count) as [Count, Count];
  return before.symbols !== after.symbols || before.numbers === after.numbers;
}

interface Count {
  readonly numbers: number;
  readonly symbols: string;
}

function count(shape: Shape): Count {
  const symbols = shape.filter((size) => typeof size !== "number");
  const numbers = shape.reduce((product: number, size) => (typeof size === "number" ? product * size : product), 1);
  return {
    numbers,
    symbols: symbols
      .map((size) => size ?? "?")
      .sort()
      .join("*"),
  };
}

const distinct = (sizes: readonly Dimension[]): number =>
  new Set(sizes.filter((size) => typeof size === "number")).size;

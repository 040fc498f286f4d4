/** @file What a shape rule is (the types of a node's outputs from those of its inputs), and what rules share. */

import type { Dimension, Node } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";

export type Shape = readonly Dimension[];

/** What is known of a value; `shape` is undefined where not even the rank is. */
export interface ValueType {
  readonly dtype: DType | undefined;
  readonly shape: Shape | undefined;
}

/** What a rule sees of the node. Input indices may be those of omitted inputs: nothing is known of them. */
export interface ShapeContext {
  readonly node: Node;
  readonly opset: number;
  shape(i: number): Shape | undefined;
  dtype(i: number): DType | undefined;
  hasInput(i: number): boolean;
  /** Elements of an input of whole numbers: numbers, symbols where an element is the size of an axis, else undefined. */
  elements(i: number): Shape | undefined;
  /** The same where all elements are numbers. */
  constantInts(i: number): readonly number[] | undefined;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  string(name: string, fallback: string): string;
  /** A size that nothing is known of, equal only to itself. */
  fresh(): string;
}

/** Types of the outputs in order; missing ones are unknown. Sizes that are undefined become fresh symbols. */
export type ShapeRule = (context: ShapeContext) => readonly ValueType[];

/** Rules by operator type; the standard domain and com.microsoft share names where the shapes agree. */
export type ShapeRules = Readonly<Record<string, ShapeRule>>;

/** One rule for all operators of a list of names that spaces part. */
export const rulesFor = (names: string, rule: ShapeRule): ShapeRules =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

/** One output of the element type of the first input. */
export const typed = (context: ShapeContext, shape: Shape | undefined): readonly ValueType[] => [
  { dtype: context.dtype(0), shape },
];

/** One output of the type and shape of the first input. */
export const sameAsFirst: ShapeRule = (context) => typed(context, context.shape(0));

/** A non-negative axis. */
export const axisIn = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Shape with one axis set to `size`. */
export const withSize = (shape: Shape, axis: number, size: Dimension): Shape =>
  shape.map((own, i) => (i === axisIn(axis, shape.length) ? size : own));

/** Whole numbers that are an attribute in old versions of an operator and input `i` in new ones. */
export const listed = (context: ShapeContext, attribute: string, i: number): readonly number[] | undefined =>
  context.ints(attribute) ?? context.constantInts(i);

/** The same with symbols where a number is the size of an axis. */
export const listedSizes = (context: ShapeContext, attribute: string, i: number): Shape | undefined =>
  context.ints(attribute) ?? context.elements(i);

/** Sizes that input `i` states: its elements, or where they are unknown at least as many unknown sizes as it has elements. */
export function statedSizes(context: ShapeContext, i: number): Shape | undefined {
  const rank = context.shape(i)?.[0];
  return context.elements(i) ?? (typeof rank === "number" ? unknownSizes(rank) : undefined);
}

export const unknownSizes = (rank: number): Shape => Array.from({ length: rank }, () => undefined);

/** The shape that operands of these shapes broadcast to (numpy rules). */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape | undefined = [];
  for (const shape of shapes) {
    if (shape === undefined || result === undefined) return undefined;
    result = broadcastPair(result, shape);
  }
  return result;
}

function broadcastPair(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    broadcastSize(i < rank - a.length ? 1 : a[i - rank + a.length], i < rank - b.length ? 1 : b[i - rank + b.length]),
  );
}

/** Size of an axis of which the operands have the sizes x and y. A symbol next to a number other than 1 must be that number, or 1. */
export function broadcastSize(x: Dimension, y: Dimension): Dimension {
  if (x === 1 || x === y) return y;
  if (y === 1 || typeof x === "number") return x;
  return typeof y === "number" ? y : undefined;
}

/** A symbol of the size of another axis and what is added to it. */
const SHIFTED = /^(.*)\{([+-]\d+)\}$/s;

/**
 * A size and a number. What is added to a symbol stays part of its name, so that an axis that is cut by one and filled up
 * again has its old size. Undefined where the result could be negative: of an axis, all but one element may be missing.
 */
export function shifted(size: Dimension, more: number): Dimension {
  if (size === undefined || more === 0) return size;
  if (typeof size === "number") return size + more;
  const [, symbol = size, before = "0"] = SHIFTED.exec(size) ?? [];
  const offset = Number(before) + more;
  if (offset === 0) return symbol;
  return offset < -1 ? undefined : `${symbol}{${offset > 0 ? "+" : ""}${offset}}`;
}

/** Product of sizes; a symbol where it is the only factor beside ones, undefined where it cannot be named. */
export function productOf(sizes: Shape): Dimension {
  const numbers = sizes.filter((size) => typeof size === "number").reduce((product, size) => product * size, 1);
  const others = sizes.filter((size) => typeof size !== "number");
  if (others.length === 0 || numbers === 0) return numbers;
  return others.length === 1 && numbers === 1 ? others[0] : undefined;
}

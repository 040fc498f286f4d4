/** @file What a shape rule is: the types of a node's outputs from those of its inputs. */

import type { Dimension, Node } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";

export type Shape = readonly Dimension[];

/** What is known of a value; `shape` is undefined where not even the rank is. */
export interface ValueType {
  readonly dtype: DType | undefined;
  readonly shape: Shape | undefined;
}

/** What a rule sees of the node. Attributes come with the operator's default. */
export interface ShapeContext {
  readonly node: Node;
  readonly opset: number;
  shape(i: number): Shape | undefined;
  dtype(i: number): DType | undefined;
  hasInput(i: number): boolean;
  /** Elements of a constant or folded integer input. */
  integers(i: number): readonly number[] | undefined;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  string(name: string, fallback: string): string;
  /** A size that nothing is known of, equal only to itself. */
  fresh(): string;
}

/** Types of the outputs in order; missing ones are unknown. */
export type ShapeRule = (context: ShapeContext) => readonly ValueType[];

/** Rules by operator type; the standard domain and com.microsoft share names where the shapes agree. */
export type ShapeRules = Readonly<Record<string, ShapeRule>>;

/** An output of the type of the first input with another shape. */
export const typed = (context: ShapeContext, shape: Shape | undefined): readonly ValueType[] => [
  { dtype: context.dtype(0), shape },
];

/** A non-negative axis. */
export const axisIn = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The shape that operands of these shapes broadcast to (numpy rules). */
export function broadcast(context: ShapeContext, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape | undefined = [];
  for (const shape of shapes) {
    if (shape === undefined || result === undefined) return undefined;
    result = broadcastPair(context, result, shape);
  }
  return result;
}

function broadcastPair(context: ShapeContext, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = i < rank - a.length ? 1 : a[i - rank + a.length];
    const y = i < rank - b.length ? 1 : b[i - rank + b.length];
    if (x === 1 || x === y) return y;
    if (y === 1) return x;
    if (typeof x === "number") return x;
    return typeof y === "number" ? y : context.fresh();
  });
}

/** Number of elements where every size is known. */
export function knownSize(shape: Shape | undefined): number | undefined {
  return shape?.every((size) => typeof size === "number")
    ? (shape as readonly number[]).reduce((product, size) => product * size, 1)
    : undefined;
}

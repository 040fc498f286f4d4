/** @file Shapes of matrix products. */

import type { Dimension } from "../../onnx/model.ts";
import {
  broadcast,
  broadcastSize,
  type Shape,
  type ShapeContext,
  type ShapeRule,
  type ShapeRules,
  typed,
} from "../shape-rule.ts";

interface Transposition {
  /** The last two axes are swapped. */
  readonly matrix: boolean;
  /** The first axis is moved behind the others but the last, before `matrix` is applied. */
  readonly batch: boolean;
}

const NONE: Transposition = { matrix: false, batch: false };

/** Order in which an operand of FusedMatMul is read: axis i of the result is axis `perm[i]` of the operand. */
function operandOrder(rank: number, { matrix, batch }: Transposition): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  // The engine does not transpose vectors.
  if (rank < 2) return axes;
  const moved = batch ? [...axes.slice(1, -1), 0, rank - 1] : axes;
  return matrix ? [...moved.slice(0, -2), ...moved.slice(-2).reverse()] : moved;
}

/** numpy.matmul: one-dimensional operands get an axis that the result loses again. */
function product(c: ShapeContext, transA: Transposition, transB: Transposition): ReturnType<ShapeRule> {
  const [left, right] = [c.shape(0), c.shape(1)];
  if (left === undefined || right === undefined || left.length === 0 || right.length === 0) return typed(c, undefined);
  const reorder = (shape: Shape, how: Transposition) => operandOrder(shape.length, how).map((axis) => shape[axis]);
  const a = left.length === 1 ? [1, ...left] : reorder(left, transA);
  const b = right.length === 1 ? [...right, 1] : reorder(right, transB);
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]) ?? [];
  const rows = left.length === 1 ? [] : [a.at(-2)];
  const columns = right.length === 1 ? [] : [b.at(-1)];
  return typed(c, [...batch, ...rows, ...columns]);
}

/** How operand A or B of a FusedMatMul is read (com.microsoft FusedMatMul-1). */
const transpositionOf = (operand: "A" | "B", int: (name: string, fallback: number) => number): Transposition => ({
  matrix: int(`trans${operand}`, 0) !== 0,
  batch: int(`transBatch${operand}`, 0) !== 0,
});

const fused: ShapeRule = (c) => product(c, transpositionOf("A", c.int), transpositionOf("B", c.int));

/** Explicit equations without ellipsis: every index has one size. */
const einsum: ShapeRule = (c) => {
  const [left = "", result] = c.string("equation", "").replaceAll(/\s/g, "").split("->");
  if (result === undefined || left.includes(".")) return typed(c, undefined);
  const sizes = new Map<string, Dimension>();
  for (const [i, term] of left.split(",").entries()) {
    for (const [axis, index] of [...term].entries()) {
      const size = c.shape(i)?.[axis];
      sizes.set(index, sizes.has(index) ? broadcastSize(sizes.get(index), size) : size);
    }
  }
  return typed(
    c,
    [...result].map((index) => sizes.get(index)),
  );
};

export const matmulShapes: ShapeRules = {
  MatMul: (c) => product(c, NONE, NONE),
  MatMulInteger: (c) => product(c, NONE, NONE).map(({ shape }) => ({ dtype: "int32", shape })),
  FusedMatMul: fused,
  Gemm: fused,
  Einsum: einsum,
};

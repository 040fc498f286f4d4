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

/** Stands for "..." in a term: not a letter, so no index of an equation. */
const ELLIPSIS = "*";

/** Indices that an equation without "->" leaves: those that occur once, in alphabetical order, behind the ellipsis. */
function impliedResult(left: string): string {
  const indices = [...left.replaceAll(/[,*]/g, "")];
  const once = indices.filter((index) => indices.filter((other) => other === index).length === 1).sort();
  return (left.includes(ELLIPSIS) ? ELLIPSIS : "") + once.join("");
}

/** Every index has one size; the axes that the ellipsis of each operand stands for are broadcast. */
const einsum: ShapeRule = (c) => {
  const [left = "", stated] = c.string("equation", "").replaceAll(/\s/g, "").replaceAll("...", ELLIPSIS).split("->");
  const sizes = new Map<string, Dimension>();
  const spread: (Shape | undefined)[] = [];
  for (const [i, term] of left.split(",").entries()) {
    const shape = c.shape(i);
    const before = term.indexOf(ELLIPSIS);
    const covered = (shape?.length ?? 0) - (term.length - 1);
    if (before >= 0) spread.push(shape?.slice(before, before + covered));
    for (const [place, index] of [...term].entries()) {
      if (index === ELLIPSIS) continue;
      const size = shape?.[before >= 0 && place > before ? place + covered - 1 : place];
      sizes.set(index, sizes.has(index) ? broadcastSize(sizes.get(index), size) : size);
    }
  }
  const leading = broadcast(spread);
  const result = [...(stated ?? impliedResult(left))];
  if (result.includes(ELLIPSIS) && leading === undefined) return typed(c, undefined);
  return typed(
    c,
    result.flatMap((index) => (index === ELLIPSIS ? (leading ?? []) : [sizes.get(index)])),
  );
};

export const matmulShapes: ShapeRules = {
  MatMul: (c) => product(c, NONE, NONE),
  MatMulInteger: (c) => product(c, NONE, NONE).map(({ shape }) => ({ dtype: "int32", shape })),
  FusedMatMul: fused,
  // The old name of FusedMatMul.
  TransposeMatMul: fused,
  Gemm: fused,
  Einsum: einsum,
};

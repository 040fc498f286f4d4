/** @file Shapes of matrix products, convolutions and normalisations. */

import type { Dimension } from "../../onnx/model.ts";
import {
  axisIn,
  broadcast,
  type Shape,
  type ShapeContext,
  type ShapeRule,
  type ShapeRules,
  typed,
} from "../shape-rule.ts";

const flip = (shape: Shape, yes: boolean): Shape => (yes ? [...shape.slice(0, -2), shape.at(-1), shape.at(-2)] : shape);

/** numpy.matmul: one-dimensional operands get an axis that the result loses again. */
function product(c: ShapeContext, transA: boolean, transB: boolean): readonly ReturnType<ShapeRule>[number][] {
  const [left, right] = [c.shape(0), c.shape(1)];
  if (left === undefined || right === undefined || left.length === 0 || right.length === 0) return typed(c, undefined);
  const a = left.length === 1 ? [1, ...left] : flip(left, transA);
  const b = right.length === 1 ? [...right, 1] : flip(right, transB);
  const batch = broadcast(c, [a.slice(0, -2), b.slice(0, -2)]) ?? [];
  const rows = left.length === 1 ? [] : [a.at(-2)];
  const columns = right.length === 1 ? [] : [b.at(-1)];
  return typed(c, [...batch, ...rows, ...columns]);
}

const gemm: ShapeRule = (c) => product(c, c.int("transA", 0) !== 0, c.int("transB", 0) !== 0);

/** Explicit equations without ellipsis: every index has one size. */
const einsum: ShapeRule = (c) => {
  const [left = "", result] = c.string("equation", "").replaceAll(/\s/g, "").split("->");
  if (result === undefined || left.includes(".")) return typed(c, undefined);
  const sizes = new Map<string, Dimension>();
  for (const [i, term] of left.split(",").entries()) {
    for (const [axis, index] of [...term].entries()) sizes.set(index, c.shape(i)?.[axis] ?? sizes.get(index));
  }
  return typed(
    c,
    [...result].map((index) => sizes.get(index) ?? c.fresh()),
  );
};

const conv: ShapeRule = (c) => {
  const [x, w] = [c.shape(0), c.shape(1)];
  if (x === undefined || w === undefined) return typed(c, undefined);
  const spatial = x.length - 2;
  const autoPad = c.string("auto_pad", "NOTSET");
  const sizes = Array.from({ length: spatial }, (_, i): Dimension => {
    const [size, kernel] = [x[i + 2], w[i + 2]];
    const stride = c.ints("strides")?.[i] ?? 1;
    if (typeof size !== "number" || typeof kernel !== "number") return c.fresh();
    if (autoPad.startsWith("SAME")) return Math.ceil(size / stride);
    const pads = autoPad === "VALID" ? 0 : (c.ints("pads")?.[i] ?? 0) + (c.ints("pads")?.[i + spatial] ?? 0);
    const reach = (c.ints("dilations")?.[i] ?? 1) * (kernel - 1) + 1;
    return Math.floor((size + pads - reach) / stride) + 1;
  });
  return typed(c, [x[0], w[0], ...sizes]);
};

/** Y, and the statistics with 1 on the normalised axes. */
const layerNormalization: ShapeRule = (c) => {
  const shape = c.shape(0);
  const first = shape === undefined ? 0 : axisIn(c.int("axis", -1), shape.length);
  const statistics = shape?.map((size, axis) => (axis < first ? size : 1));
  const float = { dtype: "float32", shape: statistics } as const;
  return [{ dtype: c.dtype(0), shape }, float, float];
};

const skipLayerNormalization: ShapeRule = (c) => {
  const [y, mean, deviation] = layerNormalization(c);
  const whole = { dtype: c.dtype(0), shape: c.shape(0) };
  return [y ?? whole, mean ?? whole, deviation ?? whole, whole];
};

export const matmulShapes: ShapeRules = {
  MatMul: (c) => product(c, false, false),
  FusedMatMul: gemm,
  Gemm: gemm,
  Einsum: einsum,
  Conv: conv,
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: layerNormalization,
  RMSNormalization: layerNormalization,
  SkipLayerNormalization: skipLayerNormalization,
  SkipSimplifiedLayerNormalization: skipLayerNormalization,
};

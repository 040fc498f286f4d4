/** @file Shapes of reductions and of operators that make shapes, ranges and constants. */

import { axisIn, type ShapeContext, type ShapeRule, type ShapeRules, typed } from "../shape-rule.ts";

const reduce: ShapeRule = (c) => {
  const x = c.shape(0);
  const axes = c.ints("axes") ?? (c.hasInput(1) ? c.integers(1) : []);
  if (x === undefined) return typed(c, undefined);
  const keep = c.int("keepdims", 1) === 1;
  if (axes === undefined) return typed(c, keep ? x.map(() => c.fresh()) : undefined);
  if (axes.length === 0 && c.int("noop_with_empty_axes", 0) === 1) return typed(c, x);
  const gone = new Set(axes.length === 0 ? x.keys() : axes.map((axis) => axisIn(axis, x.length)));
  return typed(c, keep ? x.map((size, axis) => (gone.has(axis) ? 1 : size)) : x.filter((_, axis) => !gone.has(axis)));
};

const argument: ShapeRule = (c) => {
  const x = c.shape(0);
  const at = x === undefined ? 0 : axisIn(c.int("axis", 0), x.length);
  const keep = c.int("keepdims", 1) === 1;
  return [
    {
      dtype: "int64",
      shape: keep ? x?.map((size, axis) => (axis === at ? 1 : size)) : x?.filter((_, axis) => axis !== at),
    },
  ];
};

/** A shape given by integers, or by nothing but their number. */
function given(c: ShapeContext, i: number) {
  const rank = c.shape(i)?.[0];
  return c.integers(i) ?? (typeof rank === "number" ? Array.from({ length: rank }, () => c.fresh()) : undefined);
}

const constantOfShape: ShapeRule = (c) => {
  const value = c.node.attributes.value;
  return [{ dtype: value?.kind === "tensor" ? value.value.dtype : "float32", shape: given(c, 0) }];
};

const constant: ShapeRule = (c) => {
  const value = c.node.attributes.value;
  return value?.kind === "tensor" ? [{ dtype: value.value.dtype, shape: value.value.shape }] : scalarConstant(c);
};

const scalarConstant: ShapeRule = ({ node }) => {
  const { value_int, value_ints, value_float, value_floats } = node.attributes;
  if (value_int !== undefined) return [{ dtype: "int64", shape: [] }];
  if (value_ints?.kind === "ints") return [{ dtype: "int64", shape: [value_ints.value.length] }];
  if (value_float !== undefined) return [{ dtype: "float32", shape: [] }];
  return value_floats?.kind === "floats" ? [{ dtype: "float32", shape: [value_floats.value.length] }] : [];
};

/** All axes, or those between the attributes start and end (Shape-15). */
const shape: ShapeRule = (c) => {
  const x = c.shape(0);
  return [
    {
      dtype: "int64",
      shape:
        x === undefined
          ? [c.fresh()]
          : [x.slice(c.int("start", 0), c.ints("end")?.[0] ?? c.int("end", x.length)).length],
    },
  ];
};

const REDUCTIONS = ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"];

export const reductionShapes: ShapeRules = {
  ...Object.fromEntries(REDUCTIONS.map((name) => [`Reduce${name}`, reduce])),
  ArgMax: argument,
  ArgMin: argument,
  Shape: shape,
  Size: () => [{ dtype: "int64", shape: [] }],
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: (c) => {
    const [start, limit, delta] = [c.integers(0)?.[0], c.integers(1)?.[0], c.integers(2)?.[0]];
    const known = start !== undefined && limit !== undefined && delta !== undefined;
    return typed(c, [known ? Math.max(0, Math.ceil((limit - start) / delta)) : c.fresh()]);
  },
  NonZero: (c) => [{ dtype: "int64", shape: [c.shape(0)?.length ?? c.fresh(), c.fresh()] }],
  OneHot: (c) => {
    const x = c.shape(0);
    const depth = c.integers(1)?.[0] ?? c.fresh();
    const at = x === undefined ? 0 : axisIn(c.int("axis", -1), x.length + 1);
    return [{ dtype: c.dtype(2), shape: x === undefined ? undefined : [...x.slice(0, at), depth, ...x.slice(at)] }];
  },
  DequantizeLinear: (c) => [{ dtype: c.dtype(1), shape: c.shape(0) }],
  GlobalAveragePool: (c) =>
    typed(
      c,
      c.shape(0)?.map((size, axis) => (axis < 2 ? size : 1)),
    ),
};

/** @file Shapes of reductions. */

import { axisIn, rulesFor, type ShapeRule, type ShapeRules, typed, unknownSizes } from "../shape-rule.ts";

/** Axes are an attribute in old versions and an input in new ones (ReduceSum-13, the others from 18 on). */
const reduce: ShapeRule = (c) => {
  const x = c.shape(0);
  const axes = c.ints("axes") ?? (c.hasInput(1) ? c.constantInts(1) : []);
  const keep = c.int("keepdims", 1) === 1;
  if (x === undefined) return typed(c, undefined);
  if (axes === undefined) return typed(c, keep ? unknownSizes(x.length) : undefined);
  if (axes.length === 0 && c.int("noop_with_empty_axes", 0) === 1) return typed(c, x);
  const gone = new Set(axes.length === 0 ? x.keys() : axes.map((axis) => axisIn(axis, x.length)));
  return typed(c, keep ? x.map((size, axis) => (gone.has(axis) ? 1 : size)) : x.filter((_, axis) => !gone.has(axis)));
};

export const reductionShapes: ShapeRules = rulesFor(
  "ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp",
  reduce,
);

/** @file Shapes of look-ups, scatters and of operators that give indices. */

import { axisIn, type ShapeRule, type ShapeRules, sameAsFirst, typed, withSize } from "../shape-rule.ts";

const gather: ShapeRule = (c) => {
  const [x, indices] = [c.shape(0), c.shape(1)];
  if (x === undefined || indices === undefined) return typed(c, undefined);
  const at = axisIn(c.int("axis", 0), x.length);
  return typed(c, [...x.slice(0, at), ...indices, ...x.slice(at + 1)]);
};

/** Each vector of the last axis of the indices names a place in the first axes of the data. */
const gatherNd: ShapeRule = (c) => {
  const [x, indices] = [c.shape(0), c.shape(1)];
  const depth = indices?.at(-1);
  if (x === undefined || indices === undefined || typeof depth !== "number") return typed(c, undefined);
  return typed(c, [...indices.slice(0, -1), ...x.slice(c.int("batch_dims", 0) + depth)]);
};

const argument: ShapeRule = (c) => {
  const x = c.shape(0);
  const at = x === undefined ? 0 : axisIn(c.int("axis", 0), x.length);
  const keep = c.int("keepdims", 1) === 1;
  return [{ dtype: "int64", shape: x && (keep ? withSize(x, at, 1) : x.filter((_, axis) => axis !== at)) }];
};

/** K is an input from TopK-10 on. */
const topK: ShapeRule = (c) => {
  const x = c.shape(0);
  const count = c.hasInput(1) ? (c.elements(1)?.[0] ?? c.fresh()) : c.int("k", 1);
  const shape = x && withSize(x, c.int("axis", -1), count);
  return [
    { dtype: c.dtype(0), shape },
    { dtype: "int64", shape },
  ];
};

const oneHot: ShapeRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return [{ dtype: c.dtype(2), shape: undefined }];
  const at = axisIn(c.int("axis", -1), x.length + 1);
  return [{ dtype: c.dtype(2), shape: [...x.slice(0, at), c.elements(1)?.[0], ...x.slice(at)] }];
};

export const indexingShapes: ShapeRules = {
  Gather: gather,
  GatherElements: (c) => typed(c, c.shape(1)),
  GatherND: gatherNd,
  Scatter: sameAsFirst,
  ScatterElements: sameAsFirst,
  ScatterND: sameAsFirst,
  ArgMax: argument,
  ArgMin: argument,
  TopK: topK,
  OneHot: oneHot,
  NonZero: (c) => [{ dtype: "int64", shape: [c.shape(0)?.length, undefined] }],
};

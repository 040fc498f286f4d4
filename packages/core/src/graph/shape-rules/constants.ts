/** @file Shapes of operators that make constants, ranges, and values out of shapes. */

import { dtypeFromCode } from "../../tensor/dtype.ts";
import { type ShapeRule, type ShapeRules, statedSizes, typed } from "../shape-rule.ts";

const constant: ShapeRule = ({ node }) => {
  const { value, value_int, value_ints, value_float, value_floats } = node.attributes;
  if (value?.kind === "tensor") return [{ dtype: value.value.dtype, shape: value.value.shape }];
  if (value_int !== undefined) return [{ dtype: "int64", shape: [] }];
  if (value_ints?.kind === "ints") return [{ dtype: "int64", shape: [value_ints.value.length] }];
  if (value_float !== undefined) return [{ dtype: "float32", shape: [] }];
  return value_floats?.kind === "floats" ? [{ dtype: "float32", shape: [value_floats.value.length] }] : [];
};

const constantOfShape: ShapeRule = (c) => {
  const { value } = c.node.attributes;
  return [{ dtype: value?.kind === "tensor" ? value.value.dtype : "float32", shape: statedSizes(c, 0) }];
};

/** All axes, or those between the attributes start and end (Shape-15). */
const shape: ShapeRule = (c) => {
  const x = c.shape(0);
  return [{ dtype: "int64", shape: [x?.slice(c.int("start", 0), c.int("end", x.length)).length] }];
};

const range: ShapeRule = (c) => {
  const [start, limit, step] = [0, 1, 2].map((i) => c.elements(i)?.[0]);
  if (typeof start === "number" && typeof limit === "number" && typeof step === "number" && step !== 0) {
    return typed(c, [Math.max(0, Math.ceil((limit - start) / step))]);
  }
  return typed(c, [start === 0 && step === 1 ? limit : undefined]);
};

/** Random numbers of the shape that the node states (RandomNormal-1, RandomUniform-1). */
const random: ShapeRule = (c) => [{ dtype: dtypeFromCode(c.int("dtype", 1)), shape: c.ints("shape") }];

/** Ones on a diagonal of the shape of the first input, in another type where one is named. */
const eyeLike: ShapeRule = (c) => {
  const code = c.int("dtype", 0);
  return [{ dtype: code === 0 ? c.dtype(0) : dtypeFromCode(code), shape: c.shape(0) }];
};

export const constantShapes: ShapeRules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shape,
  Size: () => [{ dtype: "int64", shape: [] }],
  Range: range,
  EyeLike: eyeLike,
  RandomNormal: random,
  RandomUniform: random,
};

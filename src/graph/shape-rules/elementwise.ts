/** @file Shapes of elementwise operators: broadcast operands, or the shape of the only one. */

import { dtypeFromCode } from "../../tensor/dtype.ts";
import { broadcast, type ShapeRule, type ShapeRules } from "../shape-rule.ts";

const same: ShapeRule = (c) => [{ dtype: c.dtype(0), shape: c.shape(0) }];

const operands = (c: Parameters<ShapeRule>[0]) =>
  broadcast(
    c,
    c.node.inputs.map((_, i) => c.shape(i)),
  );

const arithmetic: ShapeRule = (c) => [{ dtype: c.dtype(0), shape: operands(c) }];
const comparison: ShapeRule = (c) => [{ dtype: "bool", shape: operands(c) }];
const test: ShapeRule = (c) => [{ dtype: "bool", shape: c.shape(0) }];

const rules = (names: string, rule: ShapeRule): ShapeRules =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

export const elementwiseShapes: ShapeRules = {
  ...rules("Add Sub Mul Div Pow Mod Min Max Sum Mean PRelu", arithmetic),
  ...rules("And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual", comparison),
  ...rules("Not IsNaN IsInf", test),
  ...rules(
    "Neg Sqrt Reciprocal Exp Log Abs Erf Tanh Sigmoid Softplus Relu LeakyRelu Elu Selu Sin Cos Sign Floor Ceil Round Clip Identity Softmax LogSoftmax HardSigmoid HardSwish Gelu FastGelu BiasGelu QuickGelu CumSum Trilu ScatterElements ScatterND CastLike BatchNormalization",
    same,
  ),
  Dropout: (c) => [
    { dtype: c.dtype(0), shape: c.shape(0) },
    { dtype: "bool", shape: c.shape(0) },
  ],
  Where: (c) => [{ dtype: c.dtype(1), shape: operands(c) }],
  Cast: (c) => [{ dtype: dtypeFromCode(c.int("to", 1)), shape: c.shape(0) }],
};

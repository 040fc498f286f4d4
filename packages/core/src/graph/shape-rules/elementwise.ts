/** @file Shapes of elementwise operators: that of the broadcast operands, or of the only one. */

import { dtypeFromCode } from "../../tensor/dtype.ts";
import { broadcast, rulesFor, type ShapeContext, type ShapeRule, type ShapeRules, sameAsFirst } from "../shape-rule.ts";

const operands = (c: ShapeContext) => broadcast(c.node.inputs.map((_, i) => c.shape(i)));

const arithmetic: ShapeRule = (c) => [{ dtype: c.dtype(0), shape: operands(c) }];
const comparison: ShapeRule = (c) => [{ dtype: "bool", shape: operands(c) }];
const test: ShapeRule = (c) => [{ dtype: "bool", shape: c.shape(0) }];
const quantized: ShapeRule = (c) => {
  const stated = c.int("output_dtype", 0);
  return [{ dtype: c.dtype(2) ?? (stated === 0 ? "uint8" : dtypeFromCode(stated)), shape: c.shape(0) }];
};

export const elementwiseShapes: ShapeRules = {
  ...rulesFor("Add Sub Mul Div Pow Mod Min Max Sum Mean BitShift BitwiseAnd BitwiseOr BitwiseXor BiasGelu", arithmetic),
  ...rulesFor("And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual", comparison),
  ...rulesFor("Not IsNaN IsInf", test),
  ...rulesFor(
    "Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp Floor Gelu " +
      "HardSigmoid HardSwish Hardmax Identity LeakyRelu Log LogSoftmax Mish Neg PRelu QuickGelu Reciprocal Relu RotaryEmbedding Round " +
      "Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu FastGelu",
    sameAsFirst,
  ),
  Dropout: (c) => [
    { dtype: c.dtype(0), shape: c.shape(0) },
    { dtype: "bool", shape: c.shape(0) },
  ],
  Where: (c) => [{ dtype: c.dtype(1), shape: operands(c) }],
  Cast: (c) => [{ dtype: dtypeFromCode(c.int("to", 1)), shape: c.shape(0) }],
  CastLike: (c) => [{ dtype: c.dtype(1), shape: c.shape(0) }],
  QuantizeLinear: quantized,
  DequantizeLinear: (c) => [{ dtype: c.dtype(1), shape: c.shape(0) }],
};

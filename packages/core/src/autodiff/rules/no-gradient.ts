/**
 * @file Operators without a gradient by design: their result is whole numbers, truth values or constants, or changes in
 * steps; or they read nothing but whole numbers.
 */

import type { RuleEntry } from "../rule.ts";

const OPERATORS = [
  "And", "ArgMax", "ArgMin", "Ceil", "Constant", "ConstantOfShape", "DequantizeLinear", "Equal", "EyeLike", "Floor", "Greater",
  "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "NonZero", "Not", "OneHot", "Or", "Range", "Round", "Shape",
  "Sign", "Size", "Xor",
] as const; // biome-ignore format: one table

export const noGradientRules: readonly RuleEntry[] = OPERATORS.map((opType) => ({
  domain: "",
  opType,
  since: 1,
  rule: "none",
}));

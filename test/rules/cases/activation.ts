/** @file Cases of the Gelu family. */

import { float, string } from "@calig/core/internal/onnx/model";
import { casesOf, type RuleCase, weight, x } from "../case.ts";

/** Wide enough to reach both tails. */
const wide = (shape: readonly number[]) => x(shape, -4, 4);

export const activationCases: readonly RuleCase[] = [
  ...casesOf(
    "Gelu",
    ["erf", [wide([3, 7])], { opset: 20 }],
    ["erf, scalar", [wide([])], { opset: 20 }],
    ["tanh", [wide([3, 7])], { opset: 20, attributes: { approximate: string("tanh") } }],
  ),
  ...casesOf("com.microsoft.Gelu", ["rank 3", [wide([2, 3, 5])]], ["one element", [wide([1])]]),
  ...casesOf(
    "com.microsoft.BiasGelu",
    ["constant bias", [wide([2, 3, 5]), weight([5])]],
    ["bias differentiated", [wide([2, 5]), x([5])]],
  ),
  ...casesOf(
    "com.microsoft.FastGelu",
    ["no bias", [wide([2, 3, 5])]],
    ["constant bias", [wide([2, 3, 5]), weight([5])]],
    ["bias differentiated", [wide([2, 5]), x([5])]],
  ),
  ...casesOf(
    "com.microsoft.QuickGelu",
    ["alpha 1.702", [wide([2, 7])]],
    ["alpha given", [wide([3])], { attributes: { alpha: float(1) } }],
  ),
];

/** @file Cases of convolutions and pooling. */

import { string } from "@calig/core/internal/onnx/model";
import { attributes, casesOf, distinct, type RuleCase, weight, x } from "../case.ts";

const same = { auto_pad: string("SAME_UPPER") };

export const convolutionCases: readonly RuleCase[] = [
  ...casesOf(
    "Conv",
    ["patches", [x([2, 3, 4, 6]), weight([5, 3, 2, 2]), weight([5])], { attributes: attributes({ kernel_shape: [2, 2], strides: [2, 2] }) }],
    ["patches that leave a rest", [x([1, 3, 5, 7]), weight([5, 3, 2, 2])], { attributes: attributes({ strides: [2, 2] }) }],
    ["overlapping, padded", [x([1, 3, 5, 5]), weight([4, 3, 3, 3]), weight([4])], { attributes: attributes({ pads: [1, 1, 1, 1] }) }],
    ["stride 2, uneven pads, a rest", [x([1, 2, 7, 6]), weight([4, 2, 3, 3])], { attributes: attributes({ strides: [2, 2], pads: [0, 1, 1, 0] }) }],
    ["dilated", [x([1, 2, 7, 7]), weight([3, 2, 3, 3])], { attributes: attributes({ dilations: [2, 2] }) }],
    ["groups", [x([1, 4, 5, 5]), weight([6, 2, 3, 3])], { attributes: attributes({ group: 2 }) }],
    ["depthwise", [x([2, 3, 5, 5]), weight([3, 1, 3, 3]), weight([3])], { attributes: attributes({ group: 3, pads: [1, 1, 1, 1] }) }],
    ["one axis", [x([2, 3, 9]), weight([4, 3, 3])], { attributes: attributes({ strides: [2] }) }],
    ["1 x 1", [x([1, 3, 4, 4]), weight([2, 3, 1, 1])]],
    ["SAME_UPPER", [x([1, 2, 5, 6]), weight([3, 2, 3, 3])], { attributes: { ...same, ...attributes({ strides: [2, 2] }) } }],
    ["SAME_LOWER", [x([1, 2, 5, 6]), weight([3, 2, 2, 2])], { attributes: { auto_pad: string("SAME_LOWER") } }],
    ["VALID", [x([1, 2, 5, 5]), weight([3, 2, 2, 2])], { attributes: { auto_pad: string("VALID"), ...attributes({ strides: [2, 2] }) } }],
    ["opset 11", [x([1, 3, 4, 4]), weight([5, 3, 2, 2])], { opset: 11, attributes: attributes({ strides: [2, 2] }) }],
  ),
  ...casesOf("GlobalAveragePool", ["images", [x([2, 3, 4, 5])]], ["sequences", [x([2, 3, 7])]]),
  ...casesOf(
    "AveragePool",
    ["no overlap", [x([1, 2, 4, 6])], { attributes: attributes({ kernel_shape: [2, 2], strides: [2, 2] }) }],
    ["overlap", [x([1, 2, 5, 5])], { attributes: attributes({ kernel_shape: [3, 3] }) }],
    ["pads counted", [x([1, 2, 5, 5])], { attributes: attributes({ kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }) }],
    ["pads not counted", [x([1, 2, 5, 5])], { attributes: attributes({ kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }) }],
  ),
  ...casesOf("GlobalMaxPool", ["images", [distinct([2, 3, 2, 3])]]),
  ...casesOf(
    "MaxPool",
    ["no overlap", [distinct([1, 3, 4, 6])], { attributes: attributes({ kernel_shape: [2, 2], strides: [2, 2] }) }],
    ["overlap, several images", [distinct([2, 2, 4, 4])], { attributes: attributes({ kernel_shape: [3, 3] }) }],
  ),
]; // biome-ignore format: one table

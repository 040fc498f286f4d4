/** @file Cases of normalisations. */

import { float, int } from "@calig/core/internal/onnx/model";
import { casesOf, type RuleCase, weight, x } from "../case.ts";

const scale = (shape: readonly number[]) => weight(shape, 0.5, 1.5);
const epsilon = { epsilon: float(1e-12) };

export const normalizationCases: readonly RuleCase[] = [
  ...casesOf(
    "LayerNormalization",
    ["last axis", [x([2, 3, 8]), scale([8]), weight([8])], { attributes: epsilon }],
    ["no bias", [x([2, 3, 8]), scale([8])]],
    ["a large epsilon", [x([2, 5]), scale([5]), weight([5])], { attributes: { epsilon: float(0.5) } }],
    ["axis 1: two axes", [x([2, 3, 5]), scale([3, 5]), weight([3, 5])], { attributes: { axis: int(1) } }],
    ["axis -2", [x([2, 3, 5]), scale([3, 5])], { attributes: { axis: int(-2) } }],
    ["the model lists Mean and InvStdDev", [x([2, 8]), scale([8]), weight([8])], { outputs: 3 }],
    ["an odd row", [x([7]), scale([7]), weight([7])]],
  ),
  ...casesOf(
    "SimplifiedLayerNormalization",
    ["last axis", [x([2, 3, 8]), scale([8])], { attributes: { axis: int(-1), ...epsilon } }],
    ["epsilon given", [x([2, 5]), scale([5])], { attributes: { axis: int(-1), epsilon: float(0.25) } }],
  ),
  ...casesOf(
    "RMSNormalization",
    ["last axis", [x([2, 3, 8]), scale([8])], { opset: 23 }],
    ["axis 1, epsilon given", [x([2, 3, 5]), scale([3, 5])], { opset: 23, attributes: { axis: int(1), epsilon: float(0.25) } }],
  ),
  ...casesOf(
    "com.microsoft.SkipLayerNormalization",
    ["beta and bias", [x([2, 3, 8]), x([2, 3, 8]), scale([8]), weight([8]), weight([8])], { attributes: epsilon }],
    ["no beta, no bias", [x([2, 3, 8]), x([2, 3, 8]), scale([8])]],
    ["the sum is used too", [x([2, 3, 8]), x([2, 3, 8]), scale([8]), weight([8]), weight([8])], { outputs: 4, from: [0, 3] }],
    ["constant skip", [x([2, 3, 8]), weight([2, 3, 8]), scale([8]), weight([8])]],
  ),
  ...casesOf(
    "com.microsoft.SkipSimplifiedLayerNormalization",
    ["no bias", [x([2, 3, 8]), x([2, 3, 8]), scale([8])], { attributes: epsilon }],
    ["the sum is used too", [x([2, 3, 8]), x([2, 3, 8]), scale([8])], { outputs: 4, from: [0, 3] }],
  ),
  ...casesOf(
    "BatchNormalization",
    ["images", [x([2, 3, 4, 5]), scale([3]), weight([3]), weight([3]), scale([3])]],
    ["vectors", [x([4, 3]), scale([3]), weight([3]), weight([3]), scale([3])], { attributes: { epsilon: float(0.1) } }],
    ["opset 11", [x([2, 3, 5]), scale([3]), weight([3]), weight([3]), scale([3])], { opset: 11 }],
  ),
  ...casesOf(
    "InstanceNormalization",
    ["images", [x([2, 3, 4, 5]), scale([3]), weight([3])]],
    ["sequences", [x([2, 3, 7]), scale([3]), weight([3])], { attributes: { epsilon: float(0.1) } }],
  ),
]; // biome-ignore format: one table

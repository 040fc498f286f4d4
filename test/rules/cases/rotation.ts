/** @file Cases of rotary position embeddings. */

import { attributes, casesOf, integers, type RuleCase, weight, x } from "../case.ts";

export const rotationCases: readonly RuleCase[] = [
  ...casesOf(
    "RotaryEmbedding",
    ["halves, positions given", [x([2, 2, 3, 6]), weight([5, 3]), weight([5, 3]), integers([0, 1, 2, 2, 3, 4], [2, 3])], { opset: 23 }],
    ["pairs side by side", [x([1, 2, 3, 4]), weight([1, 3, 2]), weight([1, 3, 2])], { opset: 23, attributes: attributes({ interleaved: 1 }) }],
  ),
  ...casesOf(
    "com.microsoft.RotaryEmbedding",
    ["halves", [x([2, 2, 3, 6]), integers([0, 1, 2, 2, 3, 4], [2, 3]), weight([5, 3]), weight([5, 3])]],
    ["pairs side by side", [x([1, 2, 3, 4]), integers([1, 0, 4], [1, 3]), weight([5, 2]), weight([5, 2])], { attributes: attributes({ interleaved: 1 }) }],
  ),
]; // biome-ignore format: one row a line

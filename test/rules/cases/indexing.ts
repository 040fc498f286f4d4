/** @file Cases of operators that pick and order values. */

import { attributes, casesOf, fedIntegers, integers, type RuleCase, x } from "../case.ts";

export const indexingCases: readonly RuleCase[] = [
  ...casesOf(
    "Gather",
    ["rows, one twice", [x([4, 3]), integers([2, 0, 2])]],
    ["a matrix of indices", [x([4, 3]), fedIntegers([2, 0, 2, 3, 3, 3], [2, 3])]],
    ["a scalar constant", [x([4, 3]), integers([2], [])]],
    ["a negative scalar constant", [x([2, 4, 3]), integers([-1], [])], { attributes: attributes({ axis: 1 }) }],
    ["position 0 of axis 1", [x([2, 4, 3]), integers([0], [])], { attributes: attributes({ axis: 1 }) }],
    ["a scalar at run time", [x([2, 4, 3]), fedIntegers([3], [])], { attributes: attributes({ axis: 1 }) }],
    ["axis 1, negative indices", [x([2, 4, 3]), integers([-1, 1, -1])], { attributes: attributes({ axis: 1 }) }],
    ["last axis, a matrix of indices", [x([2, 3, 4]), fedIntegers([0, 1, -4, 3], [2, 2])], { attributes: attributes({ axis: -1 }) }],
    ["one index", [x([5]), integers([3])]],
    ["opset 11", [x([4, 3]), integers([2, 0, 2])], { opset: 11 }],
    ["opset 11, a scalar constant", [x([2, 4, 3]), integers([0], [])], { opset: 11, attributes: attributes({ axis: 1 }) }],
    ["opset 13", [x([4, 3]), fedIntegers([2, 0, 2])], { opset: 13 }],
  ),
  ...casesOf(
    "GatherElements",
    ["axis 1, some twice", [x([2, 3]), fedIntegers([0, 0, 2, 1], [2, 2])], { attributes: attributes({ axis: 1 }) }],
    ["axis 0, negative", [x([4, 2]), integers([-1, 0, 3, 1, 2, -4], [3, 2])]],
    ["axis -1, rank 3", [x([1, 2, 3]), fedIntegers([0, 2, 1, 1], [1, 2, 2])], { attributes: attributes({ axis: -1 }) }],
  ),
  ...casesOf(
    "GatherND",
    ["whole rows", [x([3, 4]), fedIntegers([2, 0, 2], [3, 1])]],
    ["single elements, one twice", [x([3, 4]), integers([2, 1, 0, 0, 2, 1], [3, 2])]],
    ["negative indices", [x([3, 4]), integers([-1, 1, 0, -4], [2, 2])]],
  ),
  ...casesOf(
    "CumSum",
    ["axis 1", [x([2, 5]), integers([1], [])]],
    ["exclusive", [x([2, 5]), integers([-1], [])], { attributes: attributes({ exclusive: 1 }) }],
    ["reverse", [x([3, 2]), integers([0], [])], { attributes: attributes({ reverse: 1 }) }],
    ["exclusive and reverse", [x([2, 5]), fedIntegers([1], [])], { attributes: attributes({ exclusive: 1, reverse: 1 }) }],
  ),
  ...casesOf(
    "Trilu",
    ["upper", [x([3, 4])]],
    ["lower", [x([2, 3, 3])], { attributes: attributes({ upper: 0 }) }],
    ["upper, diagonal 1", [x([3, 3]), integers([1], [])]],
    ["lower, diagonal -1", [x([4, 3]), integers([-1], [])], { attributes: attributes({ upper: 0 }) }],
  ),
  ...casesOf("ScatterND", ["rows replaced", [x([4, 3]), fedIntegers([2, 0], [2, 1]), x([2, 3])]], [
    "elements replaced",
    [x([3, 3]), integers([0, 1, 2, 2], [2, 2]), x([2])],
  ]),
  ...casesOf(
    "ScatterElements",
    ["axis 1", [x([2, 5]), fedIntegers([1, 3, 0, 4], [2, 2]), x([2, 2])], { attributes: attributes({ axis: 1 }) }],
    ["axis 0, negative", [x([4, 2]), integers([-1, 0, 1, 2], [2, 2]), x([2, 2])]],
  ),
]; // biome-ignore format: one table

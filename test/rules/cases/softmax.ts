/** @file Cases of Softmax and LogSoftmax. */

import { attributes, casesOf, type RuleCase, x } from "../case.ts";

const wide = (shape: readonly number[]) => x(shape, -4, 4);

export const softmaxCases: readonly RuleCase[] = (["Softmax", "LogSoftmax"] as const).flatMap((operator) =>
  casesOf(
    operator,
    ["last axis by default", [wide([2, 3, 5])]],
    ["axis 1 of 3", [wide([2, 3, 5])], { attributes: attributes({ axis: 1 }) }],
    ["axis -2", [wide([2, 3, 5])], { attributes: attributes({ axis: -2 }) }],
    ["one element", [wide([2, 1])]],
    ["opset 11: flattened from axis 1 by default", [wide([2, 3, 5])], { opset: 11 }],
    ["opset 11: axis 2", [wide([2, 3, 5])], { opset: 11, attributes: attributes({ axis: 2 }) }],
    ["opset 11: axis -1", [wide([2, 3, 5])], { opset: 11, attributes: attributes({ axis: -1 }) }],
    ["opset 11: axis 0", [wide([2, 3])], { opset: 11, attributes: attributes({ axis: 0 }) }],
  ),
);

/** @file Cases of reductions. */

import { attributes, casesOf, distinct, type InputSpec, integers, positive, type RuleCase, x } from "../case.ts";

/** Axes are an input of ReduceSum from opset 13, of the others from 18. */
function reduction(operator: string, input: (shape: readonly number[]) => InputSpec = x): readonly RuleCase[] {
  const opset = operator === "ReduceSum" ? 13 : 18;
  return casesOf(
    operator,
    ["attribute: last axis kept", [input([2, 3, 4])], { opset: 11, attributes: attributes({ axes: [-1] }) }],
    ["attribute: two axes dropped", [input([2, 3, 4])], { opset: 11, attributes: attributes({ axes: [0, 2], keepdims: 0 }) }],
    ["attribute: all axes", [input([2, 3])], { opset: 11 }],
    ["input: last axis kept", [input([2, 3, 4]), integers([-1])], { opset }],
    ["input: two axes dropped", [input([2, 3, 4]), integers([2, 0])], { opset, attributes: attributes({ keepdims: 0 }) }],
    ["input: all axes dropped", [input([2, 3])], { opset, attributes: attributes({ keepdims: 0 }) }],
    ["input: no axes, nothing reduced", [input([2, 3]), integers([])], { opset, attributes: attributes({ noop_with_empty_axes: 1 }) }],
    ["input: no axes, everything reduced", [input([2, 3]), integers([])], { opset }],
    ["no rows", [input([0, 3]), integers([1])], { opset }],
    ["an axis of size 1", [input([2, 1, 3]), integers([1])], { opset }],
  );
} // biome-ignore format: one row a line

export const reductionCases: readonly RuleCase[] = [
  ...reduction("ReduceSum"),
  ...reduction("ReduceMean"),
  ...reduction("ReduceMax", (shape) => distinct(shape)),
  ...reduction("ReduceMin", (shape) => distinct(shape)),
  ...reduction("ReduceL2", positive),
  ...reduction("ReduceSumSquare"),
  ...reduction("ReduceLogSumExp"),
  ...reduction("ReduceL1", positive),
];

/** @file Gradient rules of Softmax and LogSoftmax. Before version 13 both work on all axes from `axis` on, flattened. */

import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

type Axes = (context: RuleContext) => readonly number[];

const oneAxis: Axes = (context) => [context.int("axis", -1)];

const flattenedAxes: Axes = (context) => {
  const rank = context.rank(context.input(0));
  const axis = context.int("axis", 1);
  const first = axis < 0 ? axis + rank : axis;
  return Array.from({ length: rank - first }, (_, i) => first + i);
};

/** dx = y (g - sum(g y)) */
const softmax =
  (axes: Axes): GradientRule =>
  ({ builder: b, ...context }) => {
    const y = context.output(0);
    const weighted = b.mul(context.outputGradient(), y);
    return [b.sub(weighted, b.mul(y, b.reduceSum(weighted, axes({ builder: b, ...context }))))];
  };

/** dx = g - e^y sum(g) */
const logSoftmax =
  (axes: Axes): GradientRule =>
  ({ builder: b, ...context }) => {
    const g = context.outputGradient();
    const total = b.reduceSum(g, axes({ builder: b, ...context }));
    return [b.sub(g, b.mul(b.emit("Exp", [context.output(0)]), total))];
  };

export const softmaxRules: readonly RuleEntry[] = [
  { domain: "", opType: "Softmax", since: 1, rule: softmax(flattenedAxes) },
  { domain: "", opType: "Softmax", since: 13, rule: softmax(oneAxis) },
  { domain: "", opType: "LogSoftmax", since: 1, rule: logSoftmax(flattenedAxes) },
  { domain: "", opType: "LogSoftmax", since: 13, rule: logSoftmax(oneAxis) },
];

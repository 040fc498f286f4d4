/** @file Gradient rules of reductions, global pooling among them. Axes are an attribute in older versions and an input in newer ones. */

import { int } from "../../onnx/model.ts";
import { dtypeCode } from "../../tensor/dtype.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

/** The smallest normal float32: keeps a quotient 0 / 0 at 0. */
const TINY = 2 ** -126;

/** Axes that are reduced. Without a list these are all, or none where the node says so. */
function reducedAxes(context: RuleContext): readonly number[] {
  const axes = context.ints("axes") ?? (context.hasInput(1) ? context.constantInts(context.input(1)) : []);
  if (axes === undefined) return context.refuse("its axes are computed at run time");
  if (axes.length > 0) return axes;
  if (context.int("noop_with_empty_axes", 0) === 1) return [];
  return Array.from({ length: context.rank(context.input(0)) }, (_, axis) => axis);
}

/** All axes but batch and channels. */
const placeAxes = (context: RuleContext): readonly number[] =>
  Array.from({ length: context.rank(context.input(0)) - 2 }, (_, i) => i + 2);

/** A value of the reduced shape with the reduced axes kept as 1. */
function kept(context: RuleContext, value: string): string {
  if (context.int("keepdims", 1) === 1) return value;
  const axes = reducedAxes(context);
  return axes.length === 0 ? value : context.builder.unsqueeze(value, axes);
}

const result =
  (expression: (context: RuleContext) => string): GradientRule =>
  (context) =>
    context.node.inputs.map((_, i) => (i === 0 ? expression(context) : undefined));

/** A value of the kept shape, once for each element that was reduced. */
const spread = ({ builder: b, input }: RuleContext, value: string): string =>
  b.emit("Expand", [value, b.shapeOf(input(0))]);

/** `value` divided by the number of elements that went into each result. */
function overCount(context: RuleContext, value: string, axes: readonly number[]): string {
  const { builder: b } = context;
  const x = context.input(0);
  const shape = context.shape(x);
  const sizes = axes.map((axis) => shape?.at(axis));
  if (sizes.every((size) => typeof size === "number")) {
    const count = (sizes as number[]).reduce((product, size) => product * size, 1);
    return b.mul(value, b.scalar(1 / count));
  }
  const lengths = b.emit("Gather", [b.shapeOf(x), b.integers(axes)]);
  const count = b.emit("ReduceProd", [lengths], { attributes: { keepdims: int(1) } });
  return b.div(value, b.emit("Cast", [count], { attributes: { to: int(dtypeCode("float32")) } }));
}

type Axes = (context: RuleContext) => readonly number[];

/** y = max x: dx = g where x = y, shared equally among ties */
const extremum = (axesOf: Axes) =>
  result((context) => {
    const { builder: b } = context;
    const equal = b.emit("Equal", [context.input(0), kept(context, context.output(0))]);
    const hits = b.emit("Cast", [equal], { attributes: { to: int(dtypeCode("float32")) } });
    const axes = axesOf(context);
    const ties = axes.length === 0 ? hits : b.reduceSum(hits, axes);
    return b.mul(hits, b.div(kept(context, context.outputGradient()), ties));
  });

/** y = sum x: dx = g */
const sum = result((c) => spread(c, kept(c, c.outputGradient())));
/** y = sum x / n: dx = g / n */
const mean = (axesOf: Axes) => result((c) => spread(c, overCount(c, kept(c, c.outputGradient()), axesOf(c))));
/** y = sum |x|: dx = g sign(x) */
const sumAbs = result((c) => c.builder.mul(c.builder.emit("Sign", [c.input(0)]), kept(c, c.outputGradient())));
/** y = sqrt(sum x^2): dx = x g / y, and 0 at x = 0 */
const norm = result((c) => {
  const { builder: b } = c;
  const length = b.emit("Max", [kept(c, c.output(0)), b.scalar(TINY)]);
  return b.mul(c.input(0), b.div(kept(c, c.outputGradient()), length));
});
/** y = sum x^2: dx = 2 x g */
const sumSquare = result((c) =>
  c.builder.mul(c.input(0), c.builder.mul(kept(c, c.outputGradient()), c.builder.scalar(2))),
);
/** y = ln sum e^x: dx = e^(x - y) g */
const logSumExp = result((c) => {
  const { builder: b } = c;
  return b.mul(b.emit("Exp", [b.sub(c.input(0), kept(c, c.output(0)))]), kept(c, c.outputGradient()));
});

const entry = (opType: string, rule: GradientRule): RuleEntry => ({ domain: "", opType, since: 1, rule });

export const reductionRules: readonly RuleEntry[] = [
  entry("ReduceSum", sum),
  entry("ReduceMean", mean(reducedAxes)),
  entry("ReduceMax", extremum(reducedAxes)),
  entry("ReduceMin", extremum(reducedAxes)),
  entry("ReduceL1", sumAbs),
  entry("ReduceL2", norm),
  entry("ReduceSumSquare", sumSquare),
  entry("ReduceLogSumExp", logSumExp),
  entry("GlobalAveragePool", mean(placeAxes)),
  entry("GlobalMaxPool", extremum(placeAxes)),
];

/** @file Gradient rules of reductions. Axes are an attribute in older versions and an input in newer ones. */

import { int } from "../../onnx/model.ts";
import { dtypeCode } from "../../tensor/dtype.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

/** A value of the reduced shape with the reduced axes kept as 1. */
function kept(context: RuleContext, value: string): string {
  const { builder } = context;
  if (context.int("keepdims", 1) === 1) return value;
  const axes = context.ints("axes") ?? (context.hasInput(1) ? context.constantInts(context.input(1)) : undefined);
  if (axes !== undefined && axes.length > 0) return builder.unsqueeze(value, axes);
  if (context.hasInput(1) && axes === undefined) return context.refuse("its axes are computed at run time");
  if (context.int("noop_with_empty_axes", 0) === 1) return value;
  const rank = context.rank(context.input(0));
  return builder.reshape(
    value,
    Array.from({ length: rank }, () => 1),
  );
}

const result =
  (expression: (context: RuleContext) => string): GradientRule =>
  (context) =>
    context.node.inputs.map((_, i) => (i === 0 ? expression(context) : undefined));

/** Spreads the gradient over the reduced axes. */
const spread = (context: RuleContext): string =>
  context.builder.emit("Expand", [kept(context, context.outputGradient()), context.builder.shapeOf(context.input(0))]);

/** Number of elements that went into each result, as float32. */
function reducedCount(context: RuleContext): string {
  const { builder: b } = context;
  const count = b.div(b.emit("Size", [context.input(0)]), b.emit("Size", [context.output(0)]));
  return b.emit("Cast", [count], { attributes: { to: int(dtypeCode("float32")) } });
}

/** The gradient goes to the elements that equal the extreme, shared equally among ties. */
const extremum = result((context) => {
  const { builder: b } = context;
  const y = kept(context, context.output(0));
  const equal = b.emit("Equal", [context.input(0), y]);
  const hits = b.emit("Cast", [equal], { attributes: { to: int(dtypeCode("float32")) } });
  // Summing the hits over the same axes: their own reduction, with the axes kept.
  const ties = context.sumTo(hits, context.shape(context.input(0)), y);
  return b.mul(hits, b.div(kept(context, context.outputGradient()), ties));
});

const sumRule = result(spread);
const meanRule = result((c) => c.builder.div(spread(c), reducedCount(c)));
/** y = sqrt(sum x^2): dx = g x / y */
const normRule = result(({ builder: b, ...c }) => {
  const context = { builder: b, ...c };
  return b.mul(c.input(0), b.div(kept(context, c.outputGradient()), kept(context, c.output(0))));
});
/** y = sum x^2: dx = 2 x g */
const sumSquareRule = result(({ builder: b, ...c }) =>
  b.mul(b.mul(c.input(0), b.scalar(2)), kept({ builder: b, ...c }, c.outputGradient())),
);

const entry = (opType: string, rule: GradientRule): RuleEntry => ({ domain: "", opType, since: 1, rule });

export const reductionRules: readonly RuleEntry[] = [
  entry("ReduceSum", sumRule),
  entry("ReduceMean", meanRule),
  entry("ReduceMax", extremum),
  entry("ReduceMin", extremum),
  entry("ReduceL2", normRule),
  entry("ReduceSumSquare", sumSquareRule),
];

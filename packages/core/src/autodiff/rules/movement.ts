/** @file Gradient rules of operators that move elements without computing: the gradient moves back. */

import type { GraphBuilder } from "../../graph/builder.ts";
import { int } from "../../onnx/model.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";
import { padTo } from "./zero-padding.ts";

/** Only the first input carries a gradient. */
const data =
  (expression: (context: RuleContext) => string): GradientRule =>
  (context) =>
    context.node.inputs.map((_, i) => (i === 0 ? expression(context) : undefined));

/** dx = g in the shape of x. */
const backToShape = data((context) =>
  context.reshapeTo(context.outputGradient(), context.shape(context.output(0)), context.input(0)),
);

/** dx = g transposed by the inverse permutation. */
const transpose = data((context) => {
  const rank = context.rank(context.input(0));
  const perm = context.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  return context.builder.transpose(context.outputGradient(), inverse);
});

/** dx_i = the part of g that came from x_i. */
const concat: GradientRule = (context) => {
  const { builder: b, node } = context;
  const axis = context.int("axis", 1);
  const at = axis < 0 ? axis + context.rank(context.output(0)) : axis;
  // Where the next part starts: a number until a part of unknown size came.
  let start: number | string = 0;
  return node.inputs.map((input, i) => {
    const size = context.shape(input)?.[at];
    const end: number | string =
      typeof start === "number" && typeof size === "number"
        ? start + size
        : b.add(typeof start === "number" ? b.integers([start]) : start, context.sizeOf(input, at));
    const part = context.needsGradient(i) ? b.slice(context.outputGradient(), at, start, end) : undefined;
    start = end;
    return part;
  });
};

/** dx = the gradients of the parts side by side; parts that do not reach the target count as zero. */
const split = data((context) => {
  const { builder: b, node } = context;
  const parts = node.outputs.map((output, i) =>
    context.hasOutputGradient(i) ? context.outputGradient(i) : b.emit("Expand", [b.scalar(0), b.shapeOf(output)]),
  );
  return b.concat(parts, context.int("axis", 0));
});

/** Constant slices forward by 1: [axis, start] pairs; undefined for all others. */
function plainSlices(context: RuleContext): readonly (readonly [axis: number, start: number])[] | undefined {
  const x = context.input(0);
  const rank = context.rank(x);
  const starts = context.constantInts(context.input(1));
  const axes = context.hasInput(3) ? context.constantInts(context.input(3)) : starts?.map((_, i) => i);
  const steps = context.hasInput(4) ? context.constantInts(context.input(4)) : [];
  if (starts === undefined || axes === undefined || steps === undefined) return undefined;
  if (steps.some((step) => step !== 1)) return undefined;
  const slices: (readonly [number, number])[] = [];
  for (const [i, listed] of axes.entries()) {
    const axis = listed < 0 ? listed + rank : listed;
    const start = starts[i] as number;
    const size = context.shape(x)?.[axis];
    if (start >= 0) slices.push([axis, typeof size === "number" ? Math.min(start, size) : start]);
    else if (typeof size === "number") slices.push([axis, Math.max(0, start + size)]);
    else return undefined;
  }
  return slices;
}

/** dx = zeros with g where the slice was taken. */
const slice = data((context) => {
  const { builder: b } = context;
  const [x, g] = [context.input(0), context.outputGradient()];
  const slices = plainSlices(context);
  if (slices !== undefined) return padTo(context, g, context.shape(context.output(0)), slices);
  // Any limits and steps: the same slice of the numbers of the elements says where g came from.
  const shape = b.shapeOf(x);
  const count = b.emit("ReduceProd", [shape], { attributes: { keepdims: int(1) } });
  const numbers = b.emit("Range", [scalar(b, b.integers([0])), scalar(b, count), scalar(b, b.integers([1]))]);
  const [, ...limits] = context.node.inputs;
  const places = b.emit("Slice", [b.emit("Reshape", [numbers, shape]), ...limits]);
  const zeros = b.emit("Expand", [b.scalar(0), count]);
  const flat = b.emit("ScatterElements", [zeros, b.reshape(places, [-1]), b.reshape(g, [-1])]);
  return b.emit("Reshape", [flat, shape]);
});

const scalar = (b: GraphBuilder, value: string): string => b.squeeze(value, [0]);

/** dx = g without the border; what negative pads cut off is zero again. Only padding with a constant. */
const pad = data((context) => {
  const { builder: b } = context;
  if (context.string("mode", "constant") !== "constant") {
    return context.refuse("only constant padding is differentiated");
  }
  const pads = context.constantInts(context.input(1));
  const back = pads === undefined ? b.neg(context.input(1)) : b.integers(pads.map((size) => (size === 0 ? 0 : -size)));
  return b.emit("Pad", [context.outputGradient(), back, "", context.hasInput(3) ? context.input(3) : ""]);
});

/** dx = g summed over the copies: each axis is split into copies x size, and the copies are summed. */
const tile = data((context) => {
  const { builder: b } = context;
  const x = context.input(0);
  const rank = context.rank(x);
  const sizes = Array.from({ length: rank }, (_, axis) => [
    b.slice(context.input(1), 0, axis, axis + 1),
    context.sizeOf(x, axis),
  ]).flat();
  const apart = b.emit("Reshape", [context.outputGradient(), b.concat(sizes, 0)]);
  return b.reduceSum(
    apart,
    Array.from({ length: rank }, (_, axis) => 2 * axis),
    false,
  );
});

/** A triangle of g: the rest of x did not reach y. */
const trilu = data((context) => {
  const inputs = [context.outputGradient(), ...(context.hasInput(1) ? [context.input(1)] : [])];
  return context.builder.emit("Trilu", inputs, { attributes: { upper: int(context.int("upper", 1)) } });
});

/** y_i = sum of x_j before i: dx is the cumulative sum of g from the other end. */
const cumSum = data((context) =>
  context.builder.emit("CumSum", [context.outputGradient(), context.input(1)], {
    attributes: { exclusive: int(context.int("exclusive", 0)), reverse: int(1 - context.int("reverse", 0)) },
  }),
);

const entry = (opType: string, rule: GradientRule, since = 1): RuleEntry => ({ domain: "", opType, since, rule });

export const movementRules: readonly RuleEntry[] = [
  entry("Reshape", backToShape, 5),
  entry("Flatten", backToShape),
  entry("Squeeze", backToShape),
  entry("Unsqueeze", backToShape),
  entry("Transpose", transpose),
  // Expand is broadcasting: the engine sums its gradient back.
  {
    ...entry(
      "Expand",
      data((context) => context.outputGradient()),
      8,
    ),
    broadcasts: true,
  },
  entry("Concat", concat, 4),
  entry("Split", split, 2),
  entry("Slice", slice, 10),
  entry("Pad", pad, 11),
  entry("Tile", tile, 6),
  entry("Trilu", trilu, 14),
  entry("CumSum", cumSum, 11),
];

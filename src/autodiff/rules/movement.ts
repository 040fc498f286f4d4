/** @file Gradient rules of operators that move elements without computing: the gradient moves back. */

import type { GraphBuilder } from "../../graph/builder.ts";
import { int } from "../../onnx/model.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

/** Only the first input carries a gradient. */
const data =
  (expression: (context: RuleContext) => string): GradientRule =>
  (context) =>
    context.node.inputs.map((_, i) => (i === 0 ? expression(context) : undefined));

/** dx = g in the shape of x. */
const backToShape = data(({ builder: b, ...context }) =>
  b.emit("Reshape", [context.outputGradient(), b.shapeOf(context.input(0))]),
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
  let start = b.integers([0]);
  return node.inputs.map((input, i) => {
    const size = context.shape(input)?.[at];
    const end = b.add(start, typeof size === "number" ? b.integers([size]) : b.sizeOf(input, at));
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

interface SliceAxis {
  readonly axis: number;
  readonly start: string;
  readonly end: string;
  readonly step: string;
  /** Known limits, where they are constant. */
  readonly constant: { readonly start: number; readonly step: number } | undefined;
}

/** One entry per sliced axis. Limits are one-element values. */
function sliceAxes(context: RuleContext): SliceAxis[] {
  const { builder: b } = context;
  const rank = context.rank(context.input(0));
  const normalized = (axis: number) => (axis < 0 ? axis + rank : axis);
  const starts = context.constantInts(context.input(1));
  const count = starts?.length ?? (context.shape(context.input(1))?.[0] as number | undefined);
  const axes = context.hasInput(3) ? context.constantInts(context.input(3)) : undefined;
  if (typeof count !== "number" || (context.hasInput(3) && axes === undefined)) {
    return context.refuse("its axes are computed at run time");
  }
  const steps = context.hasInput(4) ? context.constantInts(context.input(4)) : Array.from({ length: count }, () => 1);
  const pick = (value: string, i: number) => (count === 1 ? value : b.slice(value, 0, i, i + 1));
  return Array.from({ length: count }, (_, i) => ({
    axis: normalized(axes?.[i] ?? i),
    start: pick(context.input(1), i),
    end: pick(context.input(2), i),
    step: context.hasInput(4) ? pick(context.input(4), i) : b.integers([1]),
    constant:
      starts === undefined || steps === undefined
        ? undefined
        : { start: starts[i] as number, step: steps[i] as number },
  }));
}

/** dx = zeros with g where the slice was taken; one axis after the other. */
const slice = data((context) => {
  const { builder: b } = context;
  const x = context.input(0);
  const rank = context.rank(x);
  let gradient = context.outputGradient();
  for (const part of sliceAxes(context)) {
    const size = b.sizeOf(x, part.axis);
    const contiguous = part.constant !== undefined && part.constant.step === 1 && part.constant.start >= 0;
    gradient = contiguous
      ? padAxis(b, gradient, rank, part.axis, part.constant?.start ?? 0, size)
      : scatterAxis(b, gradient, rank, part, size);
  }
  return gradient;
});

/** `gradient` put at `start` into zeros of `size` along one axis. */
function padAxis(b: GraphBuilder, gradient: string, rank: number, axis: number, start: number, size: string): string {
  const after = b.sub(b.sub(size, b.sizeOf(gradient, axis)), b.integers([start]));
  const before = Array.from({ length: rank }, (_, i) => (i === axis ? start : 0));
  const zeros = (count: number) => (count === 0 ? [] : [b.integers(Array.from({ length: count }, () => 0))]);
  return b.emit("Pad", [gradient, b.concat([b.integers(before), ...zeros(axis), after, ...zeros(rank - axis - 1)], 0)]);
}

/** The same for any step and any limits: the places are those that the slice picks out of 0, 1, 2, ... */
function scatterAxis(b: GraphBuilder, gradient: string, rank: number, part: SliceAxis, size: string): string {
  const scalar = (value: string) => b.squeeze(value, [0]);
  const zero = scalar(b.integers([0]));
  const all = b.emit("Range", [zero, scalar(size), scalar(b.integers([1]))]);
  const places = b.emit("Slice", [all, part.start, part.end, b.integers([0]), part.step]);
  const column = b.reshape(
    places,
    Array.from({ length: rank }, (_, i) => (i === part.axis ? -1 : 1)),
  );
  const shape = b.shapeOf(gradient);
  const target = b.concat([b.slice(shape, 0, 0, part.axis), size, b.slice(shape, 0, part.axis + 1, rank)], 0);
  const zeros = b.emit("Expand", [b.scalar(0), target]);
  const indices = b.emit("Expand", [column, shape]);
  return b.emit("ScatterElements", [zeros, indices, gradient], { attributes: { axis: int(part.axis) } });
}

/** dx = g without the border. Only padding with constants; what is cut off by negative pads is zero again. */
const pad = data((context) => {
  const { builder: b } = context;
  if (context.string("mode", "constant") !== "constant")
    return context.refuse("only constant padding is differentiated");
  const rank = context.rank(context.input(0));
  const pads = context.ints("pads") ?? context.constantInts(context.input(1));
  if (pads === undefined || context.hasInput(3)) return context.refuse("its pads are computed at run time");
  return b.emit("Pad", [
    context.outputGradient(),
    b.integers(pads.map((size) => (size === 0 ? 0 : -size)).slice(0, 2 * rank)),
  ]);
});

/** dx = g summed over the copies: each axis is split into copies x size, and the copies are summed. */
const tile = data((context) => {
  const { builder: b } = context;
  const x = context.input(0);
  const rank = context.rank(x);
  const sizes = Array.from({ length: rank }, (_, axis) => [
    b.slice(context.input(1), 0, axis, axis + 1),
    b.sizeOf(x, axis),
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
  entry("Pad", pad, 2),
  entry("Tile", tile, 6),
  entry("Trilu", trilu, 14),
  entry("CumSum", cumSum, 11),
];

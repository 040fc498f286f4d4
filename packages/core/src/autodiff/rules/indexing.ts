/** @file Gradient rules of look-ups and of their opposites: the gradient is added where the elements were taken from. */

import { int, string } from "../../onnx/model.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";
import { padTo } from "./zero-padding.ts";

const zerosLike = ({ builder }: RuleContext, value: string): string =>
  builder.emit("Expand", [builder.scalar(0), builder.shapeOf(value)]);

/** The attribute that makes a scatter add up. */
function adding(context: RuleContext) {
  if (context.opset >= 16) return { reduction: string("add") };
  return context.refuse("the gradient needs operator set 16 or newer; export the model again with a newer opset");
}

/** dx = zeros with the rows of g added at the indices. */
const gather: GradientRule = (context) => {
  const x = context.input(0);
  const rank = context.rank(x);
  const listed = context.int("axis", 0);
  const axis = listed < 0 ? listed + rank : listed;
  return [gatherOnce(context, axis) ?? gatherMany(context, rank, axis), undefined];
};

/** One constant index: g between zeros. Undefined where there are more. */
function gatherOnce(context: RuleContext, axis: number): string | undefined {
  const { builder: b } = context;
  const [x, indices] = [context.input(0), context.input(1)];
  const [index, more] = context.constantInts(indices) ?? [];
  const rank = context.shape(indices)?.length;
  if (index === undefined || more !== undefined || rank === undefined || rank > 1) return undefined;
  const size = context.shape(x)?.[axis];
  if (index < 0 && typeof size !== "number") return undefined;
  const g = rank === 1 ? context.outputGradient() : b.unsqueeze(context.outputGradient(), [axis]);
  const from = context.shape(x)?.map((whole, i) => (i === axis ? 1 : whole));
  return padTo(context, g, from, [[axis, index < 0 ? index + (size as number) : index]]);
}

/** Any indices; their axes are first merged into one. */
function gatherMany(context: RuleContext, rank: number, axis: number): string {
  const { builder: b } = context;
  const [x, indices] = [context.input(0), context.input(1)];
  const shape = b.shapeOf(x);
  if (context.opset < 16) return gatherByProduct(context, axis, shape);
  const merged = b.concat([b.slice(shape, 0, 0, axis), b.integers([-1]), b.slice(shape, 0, axis + 1, rank)], 0);
  const rows = b.emit("Reshape", [context.outputGradient(), merged]);
  const column = b.reshape(
    indices,
    Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)),
  );
  const places = b.emit("Expand", [column, b.shapeOf(rows)]);
  const attributes = { axis: int(axis), ...adding(context) };
  return b.emit("ScatterElements", [b.emit("Expand", [b.scalar(0), shape]), places, rows], { attributes });
}

/** Before opset 16 a scatter cannot add: a product with the one-hot rows of the indices does, which are [picks, size]. */
function gatherByProduct(context: RuleContext, axis: number, shape: string): string {
  const { builder: b } = context;
  const size = b.slice(shape, 0, axis, axis + 1);
  const values = b.concat([b.reshape(b.scalar(0), [1]), b.reshape(b.scalar(1), [1])], 0);
  const picks = b.emit("OneHot", [b.reshape(context.input(1), [-1]), size, values]);
  const before = b.emit("ReduceProd", [b.slice(shape, 0, 0, axis)], { attributes: { keepdims: int(1) } });
  const rows = b.emit("Reshape", [
    context.outputGradient(),
    b.concat([before, b.sizeOf(picks, 0), b.integers([-1])], 0),
  ]); // [before, picks, after]
  return b.emit("Reshape", [b.matmul(picks, rows, { transA: true }), shape]);
}

/** dx = zeros with every element of g added at its index along the axis. */
const gatherElements: GradientRule = (context) => {
  const { builder: b } = context;
  const attributes = { axis: int(context.int("axis", 0)), ...adding(context) };
  const inputs = [zerosLike(context, context.input(0)), context.input(1), context.outputGradient()];
  return [b.emit("ScatterElements", inputs, { attributes }), undefined];
};

/** dx = zeros with every slice of g added at its index vector. */
const gatherNd: GradientRule = (context) => {
  if (context.int("batch_dims", 0) !== 0) return context.refuse("batch_dims are not differentiated");
  const inputs = [zerosLike(context, context.input(0)), context.input(1), context.outputGradient()];
  return [context.builder.emit("ScatterND", inputs, { attributes: adding(context) }), undefined];
};

function onlyReplacing(context: RuleContext): void {
  const reduction = context.string("reduction", "none");
  if (reduction !== "none") context.refuse(`its reduction "${reduction}" is not differentiated`);
}

/** y = x with u put at the indices: dx = g with zeros there, du = g there. */
const scatterElements: GradientRule = (context) => {
  onlyReplacing(context);
  const { builder: b } = context;
  const [indices, g] = [context.input(1), context.outputGradient()];
  const attributes = { axis: int(context.int("axis", 0)) };
  const zeros = () => zerosLike(context, context.input(2));
  return [
    context.needsGradient(0) ? b.emit("ScatterElements", [g, indices, zeros()], { attributes }) : undefined,
    undefined,
    context.needsGradient(2) ? b.emit("GatherElements", [g, indices], { attributes }) : undefined,
  ];
};

/** y = x with the slices of u put at the index vectors: dx = g with zeros there, du = g there. */
const scatterNd: GradientRule = (context) => {
  onlyReplacing(context);
  const { builder: b } = context;
  const [indices, g] = [context.input(1), context.outputGradient()];
  const zeros = () => zerosLike(context, context.input(2));
  return [
    context.needsGradient(0) ? b.emit("ScatterND", [g, indices, zeros()]) : undefined,
    undefined,
    context.needsGradient(2) ? b.emit("GatherND", [g, indices]) : undefined,
  ];
};

export const indexingRules: readonly RuleEntry[] = [
  { domain: "", opType: "Gather", since: 1, rule: gather },
  { domain: "", opType: "GatherElements", since: 11, rule: gatherElements },
  { domain: "", opType: "GatherND", since: 11, rule: gatherNd },
  { domain: "", opType: "ScatterElements", since: 11, rule: scatterElements },
  { domain: "", opType: "ScatterND", since: 11, rule: scatterNd },
];

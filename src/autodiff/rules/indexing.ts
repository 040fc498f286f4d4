/** @file Gradient rules of look-ups: the gradient is added where the elements were taken from. */

import { int, string } from "../../onnx/model.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

const zerosLike = ({ builder }: RuleContext, value: string): string =>
  builder.emit("Expand", [builder.scalar(0), builder.shapeOf(value)]);

const add = { reduction: string("add") };

/** dx = zeros with the rows of g added at the indices. Index axes are first merged into one. */
const gather: GradientRule = (context) => {
  const { builder: b } = context;
  const [x, indices] = [context.input(0), context.input(1)];
  const rank = context.rank(x);
  const axis = context.int("axis", 0);
  const at = axis < 0 ? axis + rank : axis;
  const shape = b.shapeOf(x);
  const merged = b.concat([b.slice(shape, 0, 0, at), b.integers([-1]), b.slice(shape, 0, at + 1, rank)], 0);
  const rows = b.emit("Reshape", [context.outputGradient(), merged]);
  const column = b.reshape(
    indices,
    Array.from({ length: rank }, (_, i) => (i === at ? -1 : 1)),
  );
  const places = b.emit("Expand", [column, b.shapeOf(rows)]);
  const attributes = { axis: int(at), ...add };
  return [b.emit("ScatterElements", [zerosLike(context, x), places, rows], { attributes }), undefined];
};

/** dx = zeros with every element of g added at its index along the axis. */
const gatherElements: GradientRule = (context) => {
  const { builder: b } = context;
  const attributes = { axis: int(context.int("axis", 0)), ...add };
  const inputs = [zerosLike(context, context.input(0)), context.input(1), context.outputGradient()];
  return [b.emit("ScatterElements", inputs, { attributes }), undefined];
};

/** dx = zeros with every slice of g added at its index vector. */
const gatherNd: GradientRule = (context) => {
  if (context.int("batch_dims", 0) !== 0) return context.refuse("batch_dims are not differentiated");
  const inputs = [zerosLike(context, context.input(0)), context.input(1), context.outputGradient()];
  return [context.builder.emit("ScatterND", inputs, { attributes: add }), undefined];
};

export const indexingRules: readonly RuleEntry[] = [
  { domain: "", opType: "Gather", since: 1, rule: gather },
  { domain: "", opType: "GatherElements", since: 11, rule: gatherElements },
  { domain: "", opType: "GatherND", since: 11, rule: gatherNd },
];

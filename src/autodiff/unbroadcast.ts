/** @file Summing a broadcast gradient back to the shape of the value it belongs to: once, for all rules. */

import type { GraphBuilder } from "../graph/builder.ts";
import { type Dimension, int } from "../onnx/model.ts";

type Shape = readonly Dimension[] | undefined;

/**
 * `gradient` summed over the axes along which `value` was broadcast.
 *
 * Where the shapes decide it, nothing or a ReduceSum over constant axes is emitted; otherwise the axes are computed
 * from the shapes at run time.
 */
export function sumToShape(builder: GraphBuilder, gradient: string, from: Shape, value: string, to: Shape): string {
  const axes = broadcastAxes(from, to);
  if (axes === undefined || from === undefined || to === undefined) return sumAtRunTime(builder, gradient, value);
  const lead = from.length - to.length;
  const kept = axes.filter((axis) => axis >= lead);
  const summed = kept.length === 0 ? gradient : builder.reduceSum(gradient, kept);
  if (lead === 0) return summed;
  return builder.reduceSum(
    summed,
    Array.from({ length: lead }, (_, axis) => axis),
    false,
  );
}

/** Axes of `from` along which a value of shape `to` was broadcast; undefined where the shapes do not decide it. */
function broadcastAxes(from: Shape, to: Shape): number[] | undefined {
  if (from === undefined || to === undefined || from.length < to.length) return undefined;
  const axes: number[] = [];
  for (const [axis, size] of from.entries()) {
    const own = axis < from.length - to.length ? 1 : to[axis - from.length + to.length];
    if (own === undefined || size === undefined) return undefined;
    if (own === size) continue;
    if (own !== 1) return undefined;
    axes.push(axis);
  }
  return axes;
}

/** Needs ReduceSum-13, which takes its axes as an input. */
function sumAtRunTime(builder: GraphBuilder, gradient: string, value: string): string {
  const one = builder.integers([1]);
  const from = builder.shapeOf(gradient);
  const own = builder.shapeOf(value);
  const missing = builder.sub(builder.shapeOf(from), builder.shapeOf(own)); // [1]: how many axes the value lacks
  const ones = builder.emit("Expand", [one, missing]);
  const to = builder.concat([ones, own], 0);
  const stretched = builder.emit("And", [
    builder.emit("Equal", [to, one]),
    builder.emit("Not", [builder.emit("Equal", [from, one])]),
  ]);
  const axes = builder.reshape(builder.emit("NonZero", [stretched]), [-1]);
  const summed = builder.emit("ReduceSum", [gradient, axes], {
    attributes: { keepdims: int(1), noop_with_empty_axes: int(1) },
  });
  return builder.emit("Reshape", [summed, own]);
}

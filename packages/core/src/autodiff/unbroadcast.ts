/** @file Summing a broadcast gradient back to the shape of the value it belongs to: once, for all rules. */

import { UnsupportedModelError } from "../errors.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import { type Dimension, int } from "../onnx/model.ts";
import { dtypeCode } from "../tensor/dtype.ts";

type Shape = readonly Dimension[] | undefined;

/**
 * `gradient` summed over the axes along which `value` was broadcast.
 *
 * Where the shapes decide it, nothing or a ReduceSum over constant axes is emitted; otherwise the axes are computed
 * from the shapes at run time.
 *
 * @throws {UnsupportedModelError} When not even the ranks are known and the operator set is older than 13.
 */
export function sumToShape(builder: GraphBuilder, gradient: string, from: Shape, value: string, to: Shape): string {
  const axes = broadcastAxes(from, to);
  if (axes === undefined || from === undefined || to === undefined) {
    return (builder.opsets[""] ?? 0) >= 13
      ? sumAtRunTime(builder, gradient, from, value, to)
      : sumEachAtRunTime(builder, gradient, from, value, to);
  }
  const lead = from.length - to.length;
  const kept = axes.filter((axis) => axis >= lead);
  const summed = kept.length === 0 ? gradient : builder.reduceSum(gradient, kept);
  return lead === 0 ? summed : builder.reduceSum(summed, firstAxes(lead), false);
}

const firstAxes = (count: number) => Array.from({ length: count }, (_, axis) => axis);

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

/** All axes at once; needs ReduceSum-13, which takes its axes as an input. */
function sumAtRunTime(builder: GraphBuilder, gradient: string, from: Shape, value: string, to: Shape): string {
  if (from === undefined || to === undefined) return sumOfAnyRank(builder, gradient, value);
  const lead = from.length - to.length;
  const aligned = lead <= 0 ? gradient : builder.reduceSum(gradient, firstAxes(lead), false);
  return sumStretched(builder, aligned, builder.shapeOf(aligned), builder.shapeOf(value));
}

/** `gradient`, of shape `from`, summed over the axes where `to`, of the same rank, is 1 and `from` is not. */
function sumStretched(builder: GraphBuilder, gradient: string, from: string, to: string): string {
  const one = builder.integers([1]);
  const stretched = builder.emit("And", [
    builder.emit("Equal", [to, one]),
    builder.emit("Not", [builder.emit("Equal", [from, one])]),
  ]);
  const axes = builder.reshape(builder.emit("NonZero", [stretched]), [-1]);
  return builder.emit("ReduceSum", [gradient, axes], {
    attributes: { keepdims: int(1), noop_with_empty_axes: int(1) },
  });
}

function sumOfAnyRank(builder: GraphBuilder, gradient: string, value: string): string {
  const from = builder.shapeOf(gradient);
  const own = builder.shapeOf(value);
  const missing = builder.sub(builder.shapeOf(from), builder.shapeOf(own)); // [1]: how many axes the value lacks
  const ones = builder.emit("Expand", [builder.integers([1]), missing]);
  const summed = sumStretched(builder, gradient, from, builder.concat([ones, own], 0));
  return builder.emit("Reshape", [summed, own]);
}

/**
 * One axis after the other, for older operator sets: gradient and sum are put side by side along the axis, and the one
 * of the size wanted is cut out.
 */
function sumEachAtRunTime(builder: GraphBuilder, gradient: string, from: Shape, value: string, to: Shape): string {
  if (from === undefined || to === undefined || from.length < to.length) {
    throw new UnsupportedModelError(
      `Cannot build the gradient of "${value}": its rank is not known, which needs operator set 13 or newer, found ${builder.opsets[""]}; export the model again with a newer opset`,
    );
  }
  const lead = from.length - to.length;
  let result = lead === 0 ? gradient : builder.reduceSum(gradient, firstAxes(lead), false);
  for (const [axis, own] of to.entries()) {
    const size = from[axis + lead];
    if (own !== undefined && own === size) continue;
    const sum = builder.reduceSum(result, [axis]);
    if (own === 1) {
      result = sum;
      continue;
    }
    const [wanted, found] = [builder.sizeOf(value, axis), builder.sizeOf(result, axis)];
    const differs = builder.emit("Not", [builder.emit("Equal", [wanted, found])]);
    const start = builder.mul(found, builder.emit("Cast", [differs], { attributes: { to: int(dtypeCode("int64")) } }));
    result = builder.slice(builder.concat([result, sum], axis), axis, start, builder.add(start, wanted));
  }
  return result;
}

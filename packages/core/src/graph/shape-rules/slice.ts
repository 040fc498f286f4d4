/** @file Shapes of Slice, Split, Pad, Tile and Concat: sizes of axes are computed. */

import type { Dimension } from "../../onnx/model.ts";
import type { Shape } from "../shape-rule.ts";
import {
  axisIn,
  listed,
  productOf,
  type ShapeRule,
  type ShapeRules,
  shifted,
  typed,
  unknownSizes,
  withSize,
} from "../shape-rule.ts";

/** Limits from here on mean "to the end": exporters write the largest int32 or int64. */
const TO_THE_END = 2 ** 31 - 1;

/** Length of a slice of `size` elements, by the rules of Slice-13. */
export function sliceLength(size: number, start: number, end: number, step: number): number {
  const clamp = (limit: number, low: number, high: number) =>
    Math.min(Math.max(limit < 0 ? limit + size : limit, low), high);
  return step > 0
    ? Math.max(0, Math.ceil((clamp(end, 0, size) - clamp(start, 0, size)) / step))
    : Math.max(0, Math.ceil((clamp(end, -1, size - 1) - clamp(start, 0, size - 1)) / step));
}

interface Range {
  readonly start: Dimension;
  readonly end: Dimension;
  readonly step: number | undefined;
}

/** Size of a sliced axis, whose own size may be a symbol; undefined where it cannot be told. */
function slicedSize(size: Dimension, { start, end, step }: Range): Dimension {
  if (typeof size === "number" && typeof start === "number" && typeof end === "number" && step !== undefined) {
    return sliceLength(size, start, end, step);
  }
  if (step !== 1) return undefined;
  const whole = end === size || (typeof end === "number" && end >= TO_THE_END);
  if (start === 0 && whole) return size;
  // A graph that picks the first or last element, or leaves it out, relies on there being one.
  if ((start === 0 && end === 1) || (start === -1 && whole)) return 1;
  return (start === 1 && whole) || (start === 0 && end === -1) ? shifted(size, -1) : undefined;
}

const slice: ShapeRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return typed(c, undefined);
  const starts = c.ints("starts") ?? c.elements(1);
  const ends = c.ints("ends") ?? c.elements(2);
  const count = starts?.length ?? c.shape(1)?.[0];
  const first = typeof count === "number" ? Array.from({ length: count }, (_, i) => i) : undefined;
  const axes = listed(c, "axes", 3) ?? (c.hasInput(3) ? undefined : first);
  if (axes === undefined) return typed(c, unknownSizes(x.length));
  const steps = c.hasInput(4) ? c.constantInts(4) : axes.map(() => 1);
  const entries = new Map(axes.map((axis, i) => [axisIn(axis, x.length), i]));
  return typed(
    c,
    x.map((size, axis) => {
      const i = entries.get(axis);
      return i === undefined ? size : slicedSize(size, { start: starts?.[i], end: ends?.[i], step: steps?.[i] });
    }),
  );
};

const split: ShapeRule = (c) => {
  const x = c.shape(0);
  const count = c.node.outputs.length;
  const whole = x?.[axisIn(c.int("axis", 0), x.length)];
  const given = listed(c, "split", 1);
  // Without stated sizes the parts are equal; from Split-18 on the last may be smaller.
  const part = c.hasInput(1) || typeof whole !== "number" ? undefined : Math.ceil(whole / count);
  const even = (i: number) => (part === undefined ? undefined : Math.min(part, (whole as number) - i * part));
  return c.node.outputs.map((_, i) => {
    const size = given?.[i] ?? (count === 1 ? whole : even(i));
    return { dtype: c.dtype(0), shape: x && withSize(x, c.int("axis", 0), size) };
  });
};

/** Sizes side by side; one that is the only one with elements keeps its symbol. */
function sumOf(sizes: readonly Dimension[]): Dimension {
  const numbers = sizes.filter((size) => typeof size === "number").reduce((sum, size) => sum + size, 0);
  const [symbol, ...more] = sizes.filter((size) => typeof size !== "number");
  if (more.length > 0) return undefined;
  return sizes.every((size) => typeof size === "number") ? numbers : shifted(symbol, numbers);
}

const concat: ShapeRule = (c) => {
  const shapes = c.node.inputs.map((_, i) => c.shape(i));
  // Any operand whose rank is known tells the rank and the sizes of the axes that are not joined.
  const known = shapes.filter((shape): shape is Shape => shape !== undefined);
  const [first] = known;
  if (first === undefined) return typed(c, undefined);
  const at = axisIn(c.int("axis", 1), first.length);
  const joined = known.length === shapes.length ? sumOf(known.map((shape) => shape[at])) : undefined;
  return typed(
    c,
    first.map((_, axis) => (axis === at ? joined : bestKnown(known.map((shape) => shape[axis])))),
  );
};

/** Sizes that must be equal: a number where one is known. */
const bestKnown = (sizes: readonly Dimension[]): Dimension =>
  sizes.find((size) => typeof size === "number") ?? sizes[0];

/** Pads are all begins, then all ends, of the axes that are named (all of them before Pad-18). */
const pad: ShapeRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return typed(c, undefined);
  const pads = listed(c, "pads", 1);
  const axes = c.hasInput(3) ? c.constantInts(3) : x.map((_, axis) => axis);
  if (pads === undefined || axes === undefined) return typed(c, unknownSizes(x.length));
  const added = new Map(axes.map((axis, i) => [axisIn(axis, x.length), (pads[i] ?? 0) + (pads[i + axes.length] ?? 0)]));
  return typed(
    c,
    x.map((size, axis) => shifted(size, added.get(axis) ?? 0)),
  );
};

const tile: ShapeRule = (c) => {
  const repeats = c.elements(1);
  return typed(
    c,
    c.shape(0)?.map((size, axis) => productOf([size, repeats?.[axis]])),
  );
};

export const sliceShapes: ShapeRules = {
  Slice: slice,
  Split: split,
  Concat: concat,
  Pad: pad,
  Tile: tile,
};

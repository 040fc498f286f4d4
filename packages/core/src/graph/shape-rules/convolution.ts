/** @file Shapes of convolutions and pooling: sizes of the spatial axes by the formulas of Conv-11, ConvTranspose-11 and MaxPool-12. */

import type { Dimension } from "../../onnx/model.ts";
import { rulesFor, type Shape, type ShapeContext, type ShapeRule, type ShapeRules, typed } from "../shape-rule.ts";

/** One spatial axis of a window that moves over an image. */
interface Window {
  readonly stride: number;
  /** Elements of the image from the first to the last that the kernel touches; undefined where the kernel is unknown. */
  readonly reach: number | undefined;
  readonly padBegin: number;
  readonly padEnd: number;
}

function windowOf(c: ShapeContext, i: number, spatial: number, kernel: Dimension): Window {
  const size = c.ints("kernel_shape")?.[i] ?? kernel;
  const explicit = c.string("auto_pad", "NOTSET") === "NOTSET";
  return {
    stride: c.ints("strides")?.[i] ?? 1,
    reach: typeof size === "number" ? (c.ints("dilations")?.[i] ?? 1) * (size - 1) + 1 : undefined,
    padBegin: explicit ? (c.ints("pads")?.[i] ?? 0) : 0,
    padEnd: explicit ? (c.ints("pads")?.[i + spatial] ?? 0) : 0,
  };
}

const padsToSame = (c: ShapeContext): boolean => c.string("auto_pad", "NOTSET").startsWith("SAME");

/** Number of places of a window on an axis of `size`. */
function placesOf(c: ShapeContext, size: Dimension, { stride, reach, padBegin, padEnd }: Window): Dimension {
  if (padsToSame(c)) return typeof size === "number" ? Math.ceil(size / stride) : stride === 1 ? size : undefined;
  if (reach === undefined) return undefined;
  if (typeof size !== "number") return stride === 1 && padBegin + padEnd === reach - 1 ? size : undefined;
  const steps = (size + padBegin + padEnd - reach) / stride;
  if (c.int("ceil_mode", 0) === 0) return Math.floor(steps) + 1;
  const places = Math.ceil(steps) + 1;
  // A window must start inside the image or the padding before it.
  return (places - 1) * stride >= size + padBegin ? places - 1 : places;
}

const spatialSizes = (c: ShapeContext, x: Shape, kernel: Shape | undefined): Shape =>
  x.slice(2).map((size, i) => placesOf(c, size, windowOf(c, i, x.length - 2, kernel?.[i + 2])));

const conv: ShapeRule = (c) => {
  const [x, w] = [c.shape(0), c.shape(1)];
  return typed(c, x && [x[0], w?.[0], ...spatialSizes(c, x, w)]);
};

const convTranspose: ShapeRule = (c) => {
  const [x, w] = [c.shape(0), c.shape(1)];
  if (x === undefined) return typed(c, undefined);
  const perGroup = w?.[1];
  const spatial = x.length - 2;
  const stated = c.ints("output_shape")?.slice(-spatial);
  const sizes = x.slice(2).map((size, i): Dimension => {
    const { stride, reach, padBegin, padEnd } = windowOf(c, i, spatial, w?.[i + 2]);
    if (stated !== undefined) return stated[i];
    if (typeof size !== "number" || reach === undefined) return undefined;
    if (padsToSame(c)) return size * stride;
    return stride * (size - 1) + (c.ints("output_padding")?.[i] ?? 0) + reach - padBegin - padEnd;
  });
  return typed(c, [x[0], typeof perGroup === "number" ? perGroup * c.int("group", 1) : undefined, ...sizes]);
};

const pool: ShapeRule = (c) => {
  const x = c.shape(0);
  return typed(c, x && [...x.slice(0, 2), ...spatialSizes(c, x, undefined)]);
};

/** Y and the indices of the maxima. */
const maxPool: ShapeRule = (c) => pool(c).flatMap((y) => [y, { dtype: "int64", shape: y.shape }]);

const globalPool: ShapeRule = (c) =>
  typed(
    c,
    c.shape(0)?.map((size, axis) => (axis < 2 ? size : 1)),
  );

export const convolutionShapes: ShapeRules = {
  Conv: conv,
  ConvTranspose: convTranspose,
  ...rulesFor("AveragePool LpPool", pool),
  MaxPool: maxPool,
  ...rulesFor("GlobalAveragePool GlobalMaxPool GlobalLpPool", globalPool),
};

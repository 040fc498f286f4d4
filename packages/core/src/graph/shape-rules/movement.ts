/** @file Shapes of operators that only change the axes: reshaping, transposing, adding and removing axes, expanding. */

import type { Dimension } from "../../onnx/model.ts";
import {
  axisIn,
  broadcast,
  listed,
  listedSizes,
  productOf,
  quotientOf,
  type Shape,
  type ShapeRule,
  type ShapeRules,
  statedSizes,
  typed,
} from "../shape-rule.ts";

const reshape: ShapeRule = (c) => {
  const x = c.shape(0);
  const wanted = listedSizes(c, "shape", 1);
  if (wanted === undefined) return typed(c, statedSizes(c, 1));
  const keepsZero = c.int("allowzero", 0) === 1;
  const sizes = wanted.map((size, i) => (size === 0 && !keepsZero ? x?.[i] : size));
  const missing = missingSize(x, sizes);
  return typed(
    c,
    sizes.map((size) => (size === -1 ? missing : size)),
  );
};

/** The size that -1 stands for: what is left of the input. Sizes that both sides share are struck out, known or not. */
function missingSize(x: Shape | undefined, wanted: Shape): Dimension {
  if (x === undefined) return undefined;
  const left = [...x];
  const divisors: Dimension[] = [];
  for (const size of wanted) {
    if (size === -1) continue;
    const shared = left.indexOf(size);
    if (size !== undefined && shared >= 0) left.splice(shared, 1);
    else divisors.push(size);
  }
  return quotientOf(left, divisors);
}

const transpose: ShapeRule = (c) => {
  const x = c.shape(0);
  const perm = c.ints("perm") ?? x?.map((_, i) => x.length - 1 - i);
  return typed(
    c,
    perm?.map((axis) => x?.[axis]),
  );
};

const squeeze: ShapeRule = (c) => {
  const x = c.shape(0);
  const axes = listed(c, "axes", 1);
  const all = axes === undefined && !c.hasInput(1);
  // Without axes all of size 1 go, and a symbol may be 1.
  if (x === undefined || (axes === undefined && !all) || (all && x.some((size) => typeof size !== "number"))) {
    return typed(c, undefined);
  }
  const gone = new Set(axes?.map((axis) => axisIn(axis, x.length)));
  return typed(
    c,
    x.filter((size, axis) => (all ? size !== 1 : !gone.has(axis))),
  );
};

const unsqueeze: ShapeRule = (c) => {
  const x = c.shape(0);
  const axes = listed(c, "axes", 1);
  if (x === undefined || axes === undefined) return typed(c, undefined);
  const rank = x.length + axes.length;
  const added = new Set(axes.map((axis) => axisIn(axis, rank)));
  const rest = x.values();
  return typed(
    c,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.next().value)),
  );
};

const flatten: ShapeRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return typed(c, [undefined, undefined]);
  const axis = axisIn(c.int("axis", 1), x.length);
  return typed(c, [productOf(x.slice(0, axis)), productOf(x.slice(axis))]);
};

const expand: ShapeRule = (c) => typed(c, broadcast([c.shape(0), statedSizes(c, 1)]));

export const movementShapes: ShapeRules = {
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Expand: expand,
};

/** @file Shapes of operators that move or pick elements. */

import type { Dimension } from "../../onnx/model.ts";
import {
  axisIn,
  broadcast,
  knownSize,
  type Shape,
  type ShapeContext,
  type ShapeRule,
  type ShapeRules,
  typed,
} from "../shape-rule.ts";

/** Values of an operand that is an attribute in old versions and input `i` in new ones. */
const listed = (c: ShapeContext, attribute: string, i: number) =>
  c.ints(attribute) ?? (c.hasInput(i) ? c.integers(i) : undefined);

/** A shape of unknown sizes whose rank is the length of input i. */
function rankOnly(c: ShapeContext, i: number): Shape | undefined {
  const rank = c.shape(i)?.[0];
  return typeof rank === "number" ? Array.from({ length: rank }, () => c.fresh()) : undefined;
}

const reshape: ShapeRule = (c) => {
  const wanted = listed(c, "shape", 1);
  const x = c.shape(0);
  if (wanted === undefined) return typed(c, rankOnly(c, 1));
  const keepsZero = c.int("allowzero", 0) === 1;
  const copied = wanted.map((size, i): Dimension => (size === 0 && !keepsZero ? (x?.[i] ?? c.fresh()) : size));
  const hole = copied.indexOf(-1);
  if (hole < 0) return typed(c, copied);
  return typed(
    c,
    copied.map((size, i) => (i === hole ? missingSize(x, copied) : size) ?? c.fresh()),
  );
};

/** The size that -1 stands for: what is left of the input after the sizes that both sides share are struck out. */
function missingSize(x: Shape | undefined, wanted: readonly Dimension[]): Dimension {
  if (x === undefined) return undefined;
  const left = [...x];
  let divisor = 1;
  for (const size of wanted) {
    if (size === -1) continue;
    const shared = left.indexOf(size);
    if (shared >= 0) left.splice(shared, 1);
    else if (typeof size === "number") divisor *= size;
    else return undefined;
  }
  const rest = left.filter((size) => size !== 1);
  if (rest.length === 1 && divisor === 1) return rest[0];
  const total = knownSize(rest);
  return total !== undefined && total % divisor === 0 ? total / divisor : undefined;
}

const transpose: ShapeRule = (c) => {
  const x = c.shape(0);
  const perm = c.ints("perm") ?? x?.map((_, i) => x.length - 1 - i);
  return typed(c, x === undefined ? undefined : perm?.map((axis) => x[axis]));
};

const squeeze: ShapeRule = (c) => {
  const x = c.shape(0);
  const axes = listed(c, "axes", 1);
  if (x === undefined || (c.hasInput(1) && axes === undefined)) return typed(c, undefined);
  const gone = new Set(axes?.map((axis) => axisIn(axis, x.length)));
  return typed(
    c,
    x.filter((size, axis) => (axes === undefined ? size !== 1 : !gone.has(axis))),
  );
};

const unsqueeze: ShapeRule = (c) => {
  const x = c.shape(0);
  const axes = listed(c, "axes", 1);
  if (x === undefined || axes === undefined) return typed(c, undefined);
  const rank = x.length + axes.length;
  const added = new Set(axes.map((axis) => axisIn(axis, rank)));
  const rest = [...x];
  return typed(
    c,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift())),
  );
};

const flatten: ShapeRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return typed(c, undefined);
  const axis = axisIn(c.int("axis", 1), x.length);
  return typed(c, [knownSize(x.slice(0, axis)) ?? c.fresh(), knownSize(x.slice(axis)) ?? c.fresh()]);
};

const concat: ShapeRule = (c) => {
  const shapes = c.node.inputs.map((_, i) => c.shape(i));
  const [first] = shapes;
  if (first === undefined || shapes.includes(undefined)) return typed(c, undefined);
  const at = axisIn(c.int("axis", 0), first.length);
  const sizes = shapes.map((shape) => shape?.[at]);
  const joined = sizes.every((size) => typeof size === "number")
    ? (sizes as number[]).reduce((sum, size) => sum + size, 0)
    : c.fresh();
  return typed(
    c,
    first.map((_, axis) => (axis === at ? joined : bestKnown(shapes.map((shape) => shape?.[axis])))),
  );
};

/** Sizes that must be equal: a number where one is known. */
const bestKnown = (sizes: readonly Dimension[]): Dimension =>
  sizes.find((size) => typeof size === "number") ?? sizes[0];

const split: ShapeRule = (c) => {
  const x = c.shape(0);
  if (x === undefined) return c.node.outputs.map(() => ({ dtype: c.dtype(0), shape: undefined }));
  const at = axisIn(c.int("axis", 0), x.length);
  const count = c.node.outputs.length;
  const whole = x[at];
  const given = listed(c, "split", 1);
  return c.node.outputs.map((_, i) => {
    const even = !c.hasInput(1) && typeof whole === "number" && whole % count === 0 ? whole / count : undefined;
    return {
      dtype: c.dtype(0),
      shape: x.map((size, axis) => (axis === at ? (given?.[i] ?? even ?? c.fresh()) : size)),
    };
  });
};

/** Length of a slice of `size` elements, by the rules of Slice-13. */
export function sliceLength(size: number, start: number, end: number, step: number): number {
  const clamp = (limit: number, low: number, high: number) =>
    Math.min(Math.max(limit < 0 ? limit + size : limit, low), high);
  return step > 0
    ? Math.max(0, Math.ceil((clamp(end, 0, size) - clamp(start, 0, size)) / step))
    : Math.max(0, Math.ceil((clamp(end, -1, size - 1) - clamp(start, 0, size - 1)) / step));
}

const slice: ShapeRule = (c) => {
  const x = c.shape(0);
  const [starts, ends] = [listed(c, "starts", 1), listed(c, "ends", 2)];
  const axes = listed(c, "axes", 3) ?? (c.hasInput(3) ? undefined : starts?.map((_, i) => i));
  if (x === undefined) return typed(c, undefined);
  if (axes === undefined)
    return typed(
      c,
      x.map(() => c.fresh()),
    );
  const steps = c.hasInput(4) ? c.integers(4) : axes.map(() => 1);
  const entries = new Map(axes.map((axis, i) => [axisIn(axis, x.length), i]));
  return typed(
    c,
    x.map((size, axis) => {
      const i = entries.get(axis);
      if (i === undefined) return size;
      const [start, end, step] = [starts?.[i], ends?.[i], steps?.[i]];
      if (typeof size !== "number" || start === undefined || end === undefined || step === undefined) {
        return start === 0 && end === 1 && step === 1 ? 1 : c.fresh();
      }
      return sliceLength(size, start, end, step);
    }),
  );
};

const gather: ShapeRule = (c) => {
  const [x, indices] = [c.shape(0), c.shape(1)];
  if (x === undefined || indices === undefined) return typed(c, undefined);
  const at = axisIn(c.int("axis", 0), x.length);
  return typed(c, [...x.slice(0, at), ...indices, ...x.slice(at + 1)]);
};

const gatherNd: ShapeRule = (c) => {
  const [x, indices] = [c.shape(0), c.shape(1)];
  const depth = indices?.at(-1);
  if (x === undefined || indices === undefined || typeof depth !== "number") return typed(c, undefined);
  return typed(c, [...indices.slice(0, -1), ...x.slice(c.int("batch_dims", 0) + depth)]);
};

const expand: ShapeRule = (c) => {
  const wanted = c.integers(1) ?? rankOnly(c, 1);
  return typed(c, wanted === undefined ? undefined : broadcast(c, [c.shape(0), wanted]));
};

const pad: ShapeRule = (c) => {
  const x = c.shape(0);
  const pads = listed(c, "pads", 1);
  if (x === undefined) return typed(c, undefined);
  if (pads === undefined || c.hasInput(3))
    return typed(
      c,
      x.map(() => c.fresh()),
    );
  return typed(
    c,
    x.map((size, axis) => {
      const added = (pads[axis] ?? 0) + (pads[axis + x.length] ?? 0);
      return added === 0 ? size : typeof size === "number" ? size + added : c.fresh();
    }),
  );
};

const tile: ShapeRule = (c) => {
  const repeats = c.integers(1);
  return typed(
    c,
    c.shape(0)?.map((size, axis) => {
      const times = repeats?.[axis];
      return times === 1 ? size : typeof size === "number" && times !== undefined ? size * times : c.fresh();
    }),
  );
};

export const movementShapes: ShapeRules = {
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: (c) => typed(c, c.shape(1)),
  GatherND: gatherNd,
  Expand: expand,
  Pad: pad,
  Tile: tile,
};

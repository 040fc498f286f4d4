/** @file Targets of Reshape stated by what the reshaped value itself tells: numbers, sizes that stay, sizes of other axes. */

import type { GraphBuilder } from "../graph/builder.ts";
import type { Dimension } from "../onnx/model.ts";

/** A number as Reshape reads it (0 copies, -1 is what is left), or the axis of the value whose size is meant. */
export type TargetSize = number | { readonly axis: number };

/** A target that reshapes `from` to `to`; undefined where it cannot be told from the shape of the value alone. */
export function localTarget(from: readonly Dimension[], to: readonly Dimension[]): readonly TargetSize[] | undefined {
  // A zero among known sizes would be read as "copy".
  if (to.includes(0)) return undefined;
  const sizes = to.map((size, axis): TargetSize | undefined => {
    if (typeof size === "number") return size;
    return size !== undefined && size === from[axis] ? 0 : undefined;
  });
  const open = () => sizes.flatMap((size, axis) => (size === undefined ? [axis] : []));
  for (const axis of open()) {
    const elsewhere = from.indexOf(to[axis]);
    if (open().length > 1 && to[axis] !== undefined && elsewhere >= 0) sizes[axis] = { axis: elsewhere };
  }
  const [left, ...more] = open();
  if (more.length > 0) return undefined;
  return sizes.map((size, axis) => (axis === left ? -1 : (size as TargetSize)));
}

/** The value that a Reshape of `x` takes as its target. */
export function writeTarget(sizes: readonly TargetSize[], x: string, builder: GraphBuilder): string {
  if (sizes.every((size) => typeof size === "number")) return builder.integers(sizes);
  return builder.concat(
    sizes.map((size) => (typeof size === "number" ? builder.integers([size]) : builder.sizeOf(x, size.axis))),
    0,
  );
}

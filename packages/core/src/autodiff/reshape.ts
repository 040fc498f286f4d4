/** @file Giving a gradient the shape of the value it belongs to: for rules of operators that only regroup elements. */

import type { GraphBuilder } from "../graph/builder.ts";
import type { Dimension } from "../onnx/model.ts";

type Shape = readonly Dimension[] | undefined;

/**
 * `gradient`, of shape `from`, in the shape `to` of `value`.
 *
 * Where the shapes allow it, the sizes are constants, so that the value itself need not be kept until then.
 */
export function reshapeToShape(builder: GraphBuilder, gradient: string, from: Shape, value: string, to: Shape): string {
  const sizes = constantSizes(from, to);
  // In a sweep a block may have no rows, and then -1 is not determined.
  const apart = sizes?.includes(-1) === true ? onesApart(from, to) : undefined;
  if (apart !== undefined) {
    const left = apart.gone.length === 0 ? gradient : builder.squeeze(gradient, apart.gone);
    return apart.added.length === 0 ? left : builder.unsqueeze(left, apart.added);
  }
  return sizes === undefined
    ? builder.emit("Reshape", [gradient, builder.shapeOf(value)])
    : builder.reshape(gradient, sizes);
}

/** Sizes for Reshape: 0 copies one of the gradient's own, -1 stands for the only one that is not known otherwise. */
function constantSizes(from: Shape, to: Shape): readonly number[] | undefined {
  if (to === undefined) return undefined;
  // With an empty axis 0 means "copy" where it should mean 0, and -1 is not determined.
  if (to.includes(0)) return undefined;
  const sizes = to.map((size, axis) => {
    if (typeof size === "number") return size;
    return size !== undefined && from?.[axis] === size ? 0 : -1;
  });
  return sizes.filter((size) => size === -1).length <= 1 ? sizes : undefined;
}

/** Axes of size 1 that `from` has more, and those that `to` has more, where nothing else tells the shapes apart. */
function onesApart(from: Shape, to: Shape): { readonly gone: number[]; readonly added: number[] } | undefined {
  if (from === undefined || to === undefined) return undefined;
  const gone: number[] = [];
  const added: number[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length; ) {
    if (i < from.length && j < to.length && from[i] !== undefined && from[i] === to[j]) {
      i++;
      j++;
    } else if (to[j] === 1) added.push(j++);
    else if (from[i] === 1) gone.push(i++);
    else return undefined;
  }
  return { gone, added };
}

/** @file Reshape to sizes that the reshaped value itself tells, instead of sizes computed elsewhere. */

import type { GraphBuilder } from "../graph/builder.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { Dimension } from "../onnx/model.ts";
import { countOf, type Pass, unchanged } from "./pass.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/**
 * A target that is computed at run time is replaced by one of known numbers, 0 for sizes that the value has at the same
 * axis, -1 for the one that is left, and sizes of its other axes. The batch is then that of the value: it may differ
 * between blocks, and from that of the inputs. Targets that cannot be stated so stay.
 */
export const localReshapes: Pass = (draft) => {
  const types = inferShapes(draft.graph, draft.opsets);
  const constants = new Set(draft.graph.initializers.map(({ name }) => name));
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    const [x = "", target = ""] = node.inputs;
    if (node.opType !== "Reshape" || node.domain !== "" || constants.has(target)) return undefined;
    const [from, to] = [types.get(x)?.shape, types.get(node.outputs[0] ?? "")?.shape];
    const sizes = from && to && localTarget(from, to);
    if (sizes === undefined) return undefined;
    return [builder.emit("Reshape", [x, writeTarget(sizes, x, builder)])];
  });
  const total = counts.get("Reshape") ?? 0;
  if (total === 0) return unchanged(draft);
  return { ...draft, graph, notes: [`${countOf(total, "Reshape node")} made independent of the batch of the inputs`] };
};

/** A number as Reshape reads it, or the axis of the value whose size is meant. */
type Size = number | { readonly axis: number };

/** A target that gives `to`; undefined where it cannot be told from the shape of the value alone. */
function localTarget(from: readonly Dimension[], to: readonly Dimension[]): readonly Size[] | undefined {
  // A zero among known sizes would be read as "copy".
  if (to.includes(0)) return undefined;
  const sizes = to.map((size, axis): Size | undefined => {
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
  return sizes.map((size, axis) => (axis === left ? -1 : (size as Size)));
}

function writeTarget(sizes: readonly Size[], x: string, builder: GraphBuilder): string {
  if (sizes.every((size) => typeof size === "number")) return builder.integers(sizes);
  return builder.concat(
    sizes.map((size) => (typeof size === "number" ? builder.integers([size]) : builder.sizeOf(x, size.axis))),
    0,
  );
}

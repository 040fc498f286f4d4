/** @file Reshape, Transpose, Reshape around the last two axes of four as a single Transpose: how torch.export writes K^T. */

import { inferShapes } from "../graph/infer-shapes.ts";
import type { Dimension } from "../onnx/model.ts";
import { type Pass, unchanged } from "./pass.ts";
import { createPatterns } from "./pattern.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/** [a, b, c, d] -> [ab, c, d] -> [ab, d, c] -> [a, b, d, c] is the transposition of the last two axes. */
export const recogniseTranspose: Pass = (draft) => {
  const patterns = createPatterns(draft);
  const shapes = inferShapes(draft.graph, draft.opsets);
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    const back = patterns.made(node.outputs[0], "Reshape");
    const swap = patterns.made(back?.inputs[0], "Transpose");
    const merge = patterns.made(swap?.inputs[0], "Reshape");
    const [x = ""] = merge?.inputs ?? [];
    const perm = swap?.attributes.perm;
    if (perm?.kind !== "ints" || String(perm.value) !== "0,2,1") return undefined;
    const [from, merged, to] = [x, merge?.outputs[0], node.outputs[0]].map((value) => shapes.get(value ?? "")?.shape);
    if (from?.length !== 4 || merged?.length !== 3 || to?.length !== 4) return undefined;
    const [, heads, rows, columns] = from;
    const isMerged = same(merged[1], rows) && same(merged[2], columns);
    // The first axis is what is left: it is equal where the others are.
    const isBack = same(to[1], heads) && same(to[2], columns) && same(to[3], rows);
    return isMerged && isBack ? [builder.transpose(x, [0, 1, 3, 2])] : undefined;
  });
  return counts.size === 0 ? unchanged(draft) : { ...draft, graph, notes: [] };
};

const same = (a: Dimension, b: Dimension): boolean => a !== undefined && a === b;

/** @file Reshape to sizes that the reshaped value itself tells, instead of sizes computed elsewhere. */

import { inferShapes } from "../graph/infer-shapes.ts";
import { countOf, type Pass, unchanged } from "./pass.ts";
import { localTarget, writeTarget } from "./reshape-target.ts";
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

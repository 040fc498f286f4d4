/** @file Takes away what is joined without having any elements, as the empty caches of decoders. */

import { inferShapes } from "../graph/infer-shapes.ts";
import { isAttention } from "./empty-pasts.ts";
import { type Pass, unchanged } from "./pass.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/** Concat of one part that has elements is that part; attention with an empty past has none. */
export const dropEmptyParts: Pass = (draft) => {
  const types = inferShapes(draft.graph, draft.opsets);
  const isEmpty = (value: string) => types.get(value)?.shape?.includes(0) === true;
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    if (node.opType !== "Concat" && !isAttention(node)) return undefined;
    const parts = node.inputs.map((input) => (isEmpty(input) ? "" : input));
    if (parts.every((part, i) => part === node.inputs[i])) return undefined;
    const { domain, attributes, outputs } = node;
    if (isAttention(node)) return builder.emitMany(node.opType, parts, outputs.length, { domain, attributes });
    const kept = parts.filter((part) => part !== "");
    if (kept.length === 0) return undefined;
    return [kept.length === 1 ? (kept[0] as string) : builder.emit("Concat", kept, { attributes })];
  });
  return counts.size === 0 ? unchanged(draft) : { ...draft, graph, notes: [] };
};

/** @file Constant factors behind a product with a weight, moved into the weight. */

import { indexGraph } from "../graph/index-graph.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import { constantsOf, constantValues } from "./constants.ts";
import { type Pass, unchanged } from "./pass.ts";
import { orders } from "./pattern.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/**
 * (x W) c = x (W c) for a constant W and constants c, one or one per column: what dequantised products end with. The
 * engine computes W c once, and a pass over the widest values of a block is gone, forward and backward. A factor 1 goes.
 */
export const foldScales: Pass = (draft) => {
  const shapes = inferShapes(draft.graph, draft.opsets);
  const constants = constantsOf(draft.graph);
  const constant = constantValues(draft.graph);
  const { producer, consumers } = indexGraph(draft.graph);
  const outputs = new Set(draft.graph.outputs.map(({ name }) => name));
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    if (node.opType !== "Mul" || node.domain !== "" || outputs.has(node.outputs[0] ?? "")) return undefined;
    for (const [x, factor] of orders(node)) {
      if (!constant.has(factor) || constant.has(x)) continue;
      const size = shapes.get(factor)?.shape;
      if (size === undefined || size.length > 1) continue;
      if (size.length === 0 && constants.scalar(factor) === 1) return [x];
      const product = producer.get(x);
      const [a = "", weight = ""] = product?.inputs ?? [];
      const columns = shapes.get(weight)?.shape;
      const isProduct = product?.opType === "MatMul" && product.domain === "" && constant.has(weight);
      const fits = columns?.length === 2 && (size.length === 0 || size[0] === 1 || size[0] === columns[1]);
      if (!isProduct || !fits || consumers.get(x)?.length !== 1 || outputs.has(x)) continue;
      return [builder.matmul(a, builder.mul(weight, factor))];
    }
    return undefined;
  });
  return counts.size === 0 ? unchanged(draft) : { ...draft, graph, notes: [] };
};

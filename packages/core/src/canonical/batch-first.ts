/** @file Hidden states stored [tokens, batch, width], as in XLNet, with the batch first where they enter and leave a layer. */

import { inferShapes } from "../graph/infer-shapes.ts";
import { BATCH, TOKENS } from "./name-axes.ts";
import { countOf, type Pass, unchanged } from "./pass.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/** What hidden states come out of: looked-up vectors and normalised sums. */
const MAKERS: ReadonlySet<string> = new Set(["Gather", "LayerNormalization", "SimplifiedLayerNormalization"]);

/**
 * Values [tokens, batch, width] are transposed to [batch, tokens, width] and back: the same function, in which the states
 * that blocks start from are found, and can be replaced, as in all other models.
 */
export const batchFirst: Pass = (draft) => {
  const types = inferShapes(draft.graph, draft.opsets);
  const outputs = new Set(draft.graph.outputs.map(({ name }) => name));
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    const [value = ""] = node.outputs;
    const shape = types.get(value)?.shape;
    if (!MAKERS.has(node.opType) || outputs.has(value) || shape?.length !== 3) return undefined;
    if (shape[0] !== TOKENS || shape[1] !== BATCH || typeof shape[2] !== "number") return undefined;
    const { opType, domain, attributes, inputs } = node;
    const made = builder.emitMany(opType, inputs, node.outputs.length, { domain, attributes });
    const state = builder.transpose(made[0] as string, [1, 0, 2]);
    return [builder.transpose(state, [1, 0, 2]), ...made.slice(1)];
  });
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return unchanged(draft);
  return { ...draft, graph, notes: [`${countOf(total, "hidden state")} stored [tokens, batch, width] transposed`] };
};

/** @file Takes away Expand where the operators behind it broadcast anyway. */

import { ELEMENTWISE } from "../graph/elementwise.ts";
import { indexGraph } from "../graph/index-graph.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import { broadcast, type Shape } from "../graph/shape-rule.ts";
import { type Pass, unchanged } from "./pass.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/** Values looked at behind one Expand: masks are absorbed within a few. */
const FURTHEST = 256;

/**
 * Masks that were expanded to the batch of the inputs broadcast over the batch of the hidden states instead, and
 * blocks need no input to learn the batch from. An Expand goes where every path behind it runs through elementwise
 * operators to one whose result has the same shape without it.
 */
export const dropExpands: Pass = (draft) => {
  const shapes = inferShapes(draft.graph, draft.opsets);
  const { consumers } = indexGraph(draft.graph);
  const outputs = new Set(draft.graph.outputs.map(({ name }) => name));
  const shapeOf = (value: string) => shapes.get(value)?.shape;

  /** Whether nothing changes behind `start` when it has the shape `narrow` instead of its own. */
  const isAbsorbed = (start: string, narrow: Shape): boolean => {
    const pending = [{ value: start, shape: narrow }];
    for (const { value, shape: own } of pending) {
      if (outputs.has(value) || pending.length > FURTHEST) return false;
      for (const node of consumers.get(value) ?? []) {
        const [y = ""] = node.outputs;
        if (node.domain !== "" || !ELEMENTWISE.has(node.opType)) return false;
        const shape = broadcast(node.inputs.map((input) => (input === value ? own : shapeOf(input))));
        if (shape === undefined) return false;
        if (!isSame(shape, shapeOf(y))) pending.push({ value: y, shape });
      }
    }
    return true;
  };

  const { graph, counts } = rewriteNodes(draft, (node) => {
    const [x = ""] = node.inputs;
    const [y = ""] = node.outputs;
    const narrow = shapeOf(x);
    if (node.opType !== "Expand" || node.domain !== "" || narrow === undefined) return undefined;
    return isAbsorbed(y, narrow) ? [x] : undefined;
  });
  return counts.size === 0 ? unchanged(draft) : { ...draft, graph, notes: [] };
};

const isSame = (a: Shape, b: Shape | undefined): boolean =>
  a.length === b?.length && a.every((size, i) => size !== undefined && size === b[i]);

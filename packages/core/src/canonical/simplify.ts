/** @file Takes away what computes nothing: Identity, Dropout at inference, Cast to the same type, Constant nodes, If with a constant condition. */

import type { GraphBuilder } from "../graph/builder.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { Graph, Node } from "../onnx/model.ts";
import { dtypeFromCode } from "../tensor/dtype.ts";
import { chosenConstants } from "./chosen-constants.ts";
import { constantsOf } from "./constants.ts";
import { inlineBody } from "./inline-body.ts";
import { countOf, type Draft, type Pass, unchanged } from "./pass.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";
import { storeConstantNodes } from "./store-constant-nodes.ts";

/** Repeats until nothing more can be taken away: the branch of an If may hold another one. */
export const simplify: Pass = (draft) => {
  const ifs = { count: 0 };
  let graph = withoutConstantInputs(draft.graph);
  for (let before: Graph | undefined; before !== graph; ) {
    graph = storeConstantNodes(graph);
    before = graph;
    graph = rewriteNodes({ ...draft, graph }, simplifier({ ...draft, graph }, ifs)).graph;
  }
  if (graph === draft.graph) return unchanged(draft);
  return { ...draft, graph, notes: ifs.count === 0 ? [] : [`${countOf(ifs.count, "If node")} decided ahead of time`] };
};

/** Old exports list their constants among the inputs too, with which a caller could replace them. */
function withoutConstantInputs(graph: Graph): Graph {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  if (!graph.inputs.some(({ name }) => constants.has(name))) return graph;
  return { ...graph, inputs: graph.inputs.filter(({ name }) => !constants.has(name)) };
}

function simplifier(draft: Draft, ifs: { count: number }) {
  const types = inferShapes(draft.graph, draft.opsets);
  const constants = constantsOf(draft.graph);
  const outputs = new Set(draft.graph.outputs.map(({ name }) => name));
  return (node: Node, builder: GraphBuilder): readonly string[] | undefined => {
    const [x = ""] = node.inputs;
    const [y = ""] = node.outputs;
    if (node.domain !== "") return undefined;
    switch (node.opType) {
      case "Identity":
        return outputs.has(y) ? undefined : [x];
      case "Dropout": {
        // Also where an export in training mode would draw random numbers: what is explained is what the model says.
        const masked = (node.outputs[1] ?? "") !== "";
        return outputs.has(y) || masked ? undefined : [x];
      }
      case "Cast": {
        const { to } = node.attributes;
        const same = to?.kind === "int" && dtypeFromCode(to.value) === types.get(x)?.dtype;
        return same && !outputs.has(y) ? [x] : undefined;
      }
      case "If": {
        const condition = constants.scalar(x) ?? types.elements(x)?.[0];
        const body = node.attributes[condition === 0 ? "else_branch" : "then_branch"];
        if (typeof condition !== "number") return chosenConstants(node, builder);
        if (body?.kind !== "graph") return undefined;
        ifs.count++;
        return inlineBody(body.value, builder, new Map());
      }
    }
    return undefined;
  };
}

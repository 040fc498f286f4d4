/** @file Replaces nodes of a graph one by one; names of graph outputs and of replaced values stay. */

import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import { indexGraph } from "../graph/index-graph.ts";
import { rewireInputs } from "../graph/rewire.ts";
import type { Graph, Node } from "../onnx/model.ts";
import type { Draft } from "./pass.ts";

/**
 * Emits what replaces a node through `builder` and returns the value for each of its outputs, in order (undefined or
 * missing for outputs that nothing uses); undefined keeps the node as it is. `node.inputs` are those of the rewritten
 * graph. Values that were emitted for one node may be used for later ones.
 */
export type NodeRewrite = (node: Node, builder: GraphBuilder) => readonly (string | undefined)[] | undefined;

/** A rewritten graph and how many nodes of each operator were replaced. */
export interface Rewritten {
  readonly graph: Graph;
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * The graph with every node replaced for which `rewrite` gives values; what nothing uses any more is dropped. Values
 * that the new nodes make get the names of the outputs they stand for. Bodies of control flow are not entered, what
 * they take from outside is rewired.
 *
 * Cost: one pass over the nodes.
 */
export function rewriteNodes({ graph, opsets }: Draft, rewrite: NodeRewrite): Rewritten {
  const counts = new Map<string, number>();
  const builder = new GraphBuilder({ from: { ...graph, values: [] }, opsets, prefix: "canonical/" });
  const aliases = new Map<string, string>();
  /** New names of values that the builder named: whoever emitted one may use it again under its old name. */
  const renames = new Map<string, string>();
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  let emitted = graph.nodes.length;
  for (const original of graph.nodes) {
    const node = rewire(original, aliases);
    const values = rewrite(node, builder);
    if (values === undefined) {
      nodes.push(node);
      continue;
    }
    counts.set(node.opType, (counts.get(node.opType) ?? 0) + 1);
    const added = builder.nodesFrom(emitted);
    emitted = builder.nodeCount;
    const made = new Set(added.flatMap((each) => each.outputs));
    const copies: Node[] = [];
    node.outputs.forEach((output, i) => {
      const value = values[i];
      if (value === undefined || output === "" || value === output) return;
      if (made.has(value) && !renames.has(value)) renames.set(value, output);
      else if (outputs.has(output)) copies.push(identity(renames.get(value) ?? value, output));
      else aliases.set(output, renames.get(value) ?? value);
    });
    for (const each of added) nodes.push(renamed(each, renames));
    for (const copy of copies) nodes.push(copy);
  }
  if (counts.size === 0) return { graph, counts };
  return { graph: prune({ ...builder.build(), values: graph.values, nodes }), counts };
}

const identity = (value: string, output: string): Node => ({
  name: output,
  opType: "Identity",
  domain: "",
  inputs: [value],
  outputs: [output],
  attributes: {},
});

function renamed(node: Node, renames: ReadonlyMap<string, string>): Node {
  const rewired = rewireInputs(node, renames);
  if (!node.outputs.some((output) => renames.has(output))) return rewired;
  return { ...rewired, outputs: node.outputs.map((output) => renames.get(output) ?? output) };
}

/** Inputs redirected, in the bodies of control flow too. */
export function rewire(node: Node, aliases: ReadonlyMap<string, string>): Node {
  if (aliases.size === 0) return node;
  const own = rewireInputs(node, aliases);
  if (!Object.values(own.attributes).some(({ kind }) => kind === "graph")) return own;
  const attributes = Object.entries(own.attributes).map(([name, attribute]) => {
    if (attribute.kind !== "graph") return [name, attribute];
    const { value: body } = attribute;
    const outputs = body.outputs.map((output) => ({ ...output, name: aliases.get(output.name) ?? output.name }));
    const nodes = body.nodes.map((inner) => rewire(inner, aliases));
    return [name, { kind: "graph", value: { ...body, nodes, outputs } }];
  });
  return { ...own, attributes: Object.fromEntries(attributes) };
}

/** The graph without the nodes, constants and stated types that its outputs do not need. All inputs stay. */
export function prune(graph: Graph): Graph {
  const needed = extractGraph(graph, { outputs: graph.outputs });
  const index = indexGraph(needed);
  const exists = (name: string) => index.producer.has(name) || index.inputs.has(name);
  return { ...needed, inputs: graph.inputs, values: graph.values.filter(({ name }) => exists(name)) };
}

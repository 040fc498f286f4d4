/** @file An encoder that fills masks, made to be asked at chosen positions. */

import { GraphBuilder } from "../../graph/builder.ts";
import { extractGraph } from "../../graph/extract.ts";
import { rewireInputs } from "../../graph/rewire.ts";
import type { Graph } from "../../onnx/model.ts";
import { maskedModelAnatomy } from "../anatomy.ts";
import { firstRow, takePositions } from "../decoder-parts.ts";
import { askedFrom } from "./asked-positions.ts";
import type { LanguageModel } from "./language-model.ts";
import type { LocatedParts } from "./locate-anatomy.ts";

/**
 * The graph and anatomy of an encoder whose logits are scores of all words for every token. The head computes the positions
 * alone that are fed as "positions"; names of hidden states and attention probabilities stay.
 *
 * @param parts - Of this graph (`locateParts`), whose attention is not causal.
 */
export function maskedModel(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  parts: LocatedParts,
): LanguageModel {
  const { flow, logits, stream } = parts;
  const builder = new GraphBuilder({
    from: { ...graph, nodes: [], values: [], outputs: [] },
    opsets,
    prefix: "asked/",
  });
  const taken = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const free = (name: string): string => (taken.has(name) || builder.has(name) ? free(`${name}_`) : name);
  const positions = builder.input(free("positions"), "int64", ["batch", "asked"]);
  const asked = firstRow(builder, positions);
  const from = askedFrom(parts);
  const renamed = new Map<string, string>();
  for (const node of graph.nodes) {
    builder.node(rewireInputs(node, renamed));
    if (node.outputs.includes(from)) renamed.set(from, takePositions(builder, from, asked));
  }
  const value = renamed.get(logits.value) ?? logits.value;
  const made = extractGraph(builder.build(), {
    outputs: [{ name: value, dtype: "float32", shape: ["batch", "asked", logits.classes] }],
  });
  // What the file states of sizes behind the choice holds for all positions.
  const isBehind = (name: string) => flow.has(name) && flow.place(name) > flow.place(from);
  return {
    graph: { ...made, values: graph.values.filter(({ name }) => !isBehind(name)) },
    opsets,
    logitsInFile: logits.value,
    anatomy: maskedModelAnatomy(stream, { value, positions, vocabulary: logits.classes }),
  };
}

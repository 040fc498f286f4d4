/** @file A decoder that predicts the next token, made to be asked at chosen positions, and to read several answers behind one prompt. */

import { GraphBuilder } from "../../graph/builder.ts";
import { extractGraph } from "../../graph/extract.ts";
import { rewireInputs } from "../../graph/rewire.ts";
import { type Dimension, type Graph, int, type Node } from "../../onnx/model.ts";
import { dtypeCode } from "../../tensor/dtype.ts";
import { languageModelAnatomy, type TransformerGraph } from "../anatomy.ts";
import { firstRow, takePositions } from "../decoder-parts.ts";
import { NEVER } from "../layers.ts";
import { askedFrom } from "./asked-positions.ts";
import type { DataFlow } from "./data-flow.ts";
import { type LocatedParts, locateParts } from "./locate-anatomy.ts";
import { intOf, isOperator } from "./operators.ts";
import type { Search } from "./search.ts";

/** A language model, and the value of the file that has its logits of all tokens. */
export interface LanguageModel extends TransformerGraph {
  readonly logitsInFile: string;
}

/**
 * The graph and anatomy of a decoder whose logits are scores of all words for every token.
 *
 * - The head computes the positions alone that are fed as "positions".
 * - Tokens have the places that are fed: numbers 0, 1, ... of tokens, which the graph counts itself, are taken from there.
 * - A token of an answer does not see those of another one ("branches").
 *
 * Names of hidden states and attention probabilities stay. Cost: as `locateAnatomy`, and one pass over the nodes.
 *
 * @throws {AnatomyError} When a part is not found. @throws {UnsupportedModelError} When it is no decoder.
 */
export function locateLanguageModel(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  listed?: number,
): LanguageModel {
  const parts = locateParts(graph, opsets, listed);
  const { flow, logits, stream, sites } = parts;
  const builder = new GraphBuilder({
    from: { ...graph, nodes: [], values: [], outputs: [] },
    opsets,
    prefix: "asked/",
  });
  const taken = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const input = (name: string, axis: string): string =>
    taken.has(name) || builder.has(name) ? input(`${name}_`, axis) : builder.input(name, "int64", ["batch", axis]);
  const places = input("places", "tokens");
  const branches = input("branches", "tokens");
  const positions = input("positions", "asked");
  const asked = firstRow(builder, positions);
  const apart = branchMask(builder, firstRow(builder, branches));

  const counts = countsOf(parts);
  const scoresOf = new Map(sites.map(({ softmax, scores }) => [softmax, scores]));
  const from = askedFrom(parts);
  const renamed = new Map<string, string>();
  for (const node of graph.nodes) {
    const count = counts.get(node);
    if (count !== undefined) {
      count(builder, places);
      continue;
    }
    const scores = scoresOf.get(node);
    if (scores !== undefined) {
      builder.node(rewireInputs(node, new Map([[scores, builder.add(scores, apart)]])));
      continue;
    }
    builder.node(rewireInputs(node, renamed));
    if (node.outputs.includes(from)) renamed.set(from, takePositions(builder, from, asked));
  }
  const value = renamed.get(logits.value) ?? logits.value;
  const made = extractGraph(builder.build(), {
    outputs: [{ name: value, dtype: "float32", shape: ["batch", "asked", logits.classes] }],
  });
  // What the file states of sizes behind the choice holds for all positions.
  const isBehind = (name: string) => flow.has(name) && flow.place(name) > flow.place(from);
  const isFed = (name: string) => made.inputs.some((own) => own.name === name);
  return {
    graph: { ...made, values: graph.values.filter(({ name }) => !isBehind(name)) },
    opsets,
    logitsInFile: logits.value,
    anatomy: languageModelAnatomy(
      {
        ...stream,
        inputs: {
          ...stream.inputs,
          ...(isFed(places) ? { places } : {}),
          ...(isFed(branches) ? { branches } : {}),
        },
      },
      { value, positions, vocabulary: logits.classes },
    ),
  };
}

/**
 * A graph that gives logits of all tokens, with these at the positions alone that are fed.
 *
 * @param positions - Name of the input that they are fed in: int64 [batch, asked], the same in every row.
 */
export function askLogits(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  logits: string,
  positions: string,
): { readonly graph: Graph; readonly logits: string } {
  const builder = new GraphBuilder({ from: graph, opsets, prefix: "asked/" });
  const asked = builder.has(positions) ? positions : builder.input(positions, "int64", ["batch", "asked"]);
  const chosen = takePositions(builder, logits, firstRow(builder, asked));
  return { graph: builder.build(), logits: chosen };
}

/** What is added to scores [.., tokens, tokens]: 0 for keys of the prompt and of the query's own branch. */
function branchMask(builder: GraphBuilder, branches: string): string {
  const [query, key] = [builder.unsqueeze(branches, [1]), builder.unsqueeze(branches, [0])];
  const prompt = builder.emit("Equal", [key, builder.integers([0])]);
  const seen = builder.emit("Or", [prompt, builder.emit("Equal", [key, query])]);
  return builder.emit("Where", [seen, builder.scalar(0), builder.scalar(NEVER)]);
}

/** Emits the places of tokens under the name of the numbers that a node counted. */
type Count = (builder: GraphBuilder, places: string) => void;

/**
 * The nodes that count tokens: a range over all of them, and sums along a mask that lets all of them be seen. What takes
 * rows of hidden states by such numbers counts rows, not places, and stays.
 */
function countsOf({ search, source, flow, stream }: LocatedParts): ReadonlyMap<Node, Count> {
  const found = new Map<Node, Count>();
  for (const node of search.index.graph.nodes) {
    const [value = ""] = node.outputs;
    const dtype = search.shapes.get(value)?.dtype ?? "int64";
    const named = (builder: GraphBuilder, own: string) =>
      builder.emit("Cast", [own], { attributes: { to: int(dtypeCode(dtype)) }, output: value });
    if (isRange(search, node, source.tokens) && !picksStates(search, flow, value)) {
      found.set(node, (builder, places) => named(builder, firstRow(builder, places)));
    } else if (isOperator(node, "CumSum") && countsMask(search, node, stream.inputs.mask)) {
      found.set(node, (builder, places) => named(builder, builder.add(places, builder.integers([1]))));
    }
  }
  return found;
}

/** 0, 1, ... up to the number of tokens. */
function isRange({ shapes }: Search, node: Node, tokens: Dimension): boolean {
  const [start, end, step] = node.inputs.map((input) => shapes.elements(input)?.[0]);
  return isOperator(node, "Range") && start === 0 && end === tokens && tokens !== undefined && step === 1;
}

/** Whether a sum runs along the tokens of the attention mask. */
function countsMask({ index, shapes }: Search, node: Node, mask: string | undefined): boolean {
  let [value = ""] = node.inputs;
  for (let made = index.producer.get(value); isOperator(made, "Cast", "Identity"); made = index.producer.get(value)) {
    [value = ""] = made.inputs;
  }
  const [axis] = shapes.constantInts(node.inputs[1] ?? "") ?? [];
  const isPlain = intOf(node, "exclusive", 0) === 0 && intOf(node, "reverse", 0) === 0;
  return value === mask && isPlain && (axis === 1 || axis === -1);
}

/** Whether numbers say which hidden states are taken or replaced. */
function picksStates({ index, shapes }: Search, flow: DataFlow, numbers: string): boolean {
  const seen = new Set([numbers]);
  for (const value of seen) {
    for (const node of index.consumers.get(value) ?? []) {
      if (/^(Gather|Scatter)/.test(node.opType) && flow.has(node.inputs[0] ?? "")) return true;
      for (const output of node.outputs) if (/^int/.test(shapes.get(output)?.dtype ?? "")) seen.add(output);
    }
  }
  return false;
}

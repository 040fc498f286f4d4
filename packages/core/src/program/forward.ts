/** @file The forward programs: logits and every block's hidden state, from the input or from altered word vectors. */

import { AnatomyError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import { type Graph, int } from "../onnx/model.ts";
import { dtypeCode } from "../tensor/dtype.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";

/** Names of the program's outputs: logits first, then the hidden state that enters each block. */
export const forwardOutputs = ({ anatomy }: TransformerGraph): readonly string[] => [
  logitsOf(anatomy).value,
  ...streamOf(anatomy).hiddenStates,
];

/** Inputs of the model -> logits [batch, classes] and hidden states [batch, positions, width]. */
export function buildForwardProgram(model: TransformerGraph): Graph {
  return extractGraph(model.graph, { outputs: forwardOutputs(model) });
}

/** Inputs of the model -> logits alone. */
export function buildLogitsProgram({ graph, anatomy }: TransformerGraph): Graph {
  return extractGraph(graph, { outputs: [logitsOf(anatomy).value] });
}

/** 1 [batch, tokens, 1] where the word vector is replaced, 0 where it is kept. */
export const REPLACED = "baseline.replaced";
/** What the replacing vector is multiplied by: 1 for the mean of the table, 0 for the zero vector. */
export const SCALE = "baseline.scale";

/**
 * The forward program with some word vectors replaced by the mean of the embedding table (baselines "mean" and
 * "zero-embedding"). Positions and types are kept.
 *
 * @throws {AnatomyError} When the model looks up no words.
 */
export function buildReplacedEmbeddingProgram(model: TransformerGraph): Graph {
  const { graph, anatomy } = model;
  const words = streamOf(anatomy).wordEmbeddings;
  if (words === undefined) {
    throw new AnatomyError("Cannot replace word embeddings: the model looks up no words; use a baseline for images");
  }
  const isFloat = graph.initializers.find((tensor) => tensor.name === words.table)?.dtype === "float32";
  const builder = new GraphBuilder({
    from: { ...graph, nodes: [], outputs: [] },
    name: `${graph.name}.replaced`,
    prefix: "baseline/",
    opsets: model.opsets,
  });
  const replaced = builder.input(REPLACED, "float32", ["batch", "tokens", 1]);
  const scale = builder.input(SCALE, "float32", []);
  for (const node of graph.nodes) {
    if (!node.outputs.includes(words.value)) {
      builder.node(node);
      continue;
    }
    // The replaced vectors take the name: where nothing is added to them they are the first hidden state themselves.
    const lookedUp = builder.free(`${words.value}.looked_up`);
    const outputs = node.outputs.map((output) => (output === words.value ? lookedUp : output));
    builder.node({ ...node, name: lookedUp, outputs });
    // Only here: a table that is computed from stored tensors exists by now.
    const table = isFloat
      ? words.table
      : builder.emit("Cast", [words.table], { attributes: { to: int(dtypeCode("float32")) } });
    const mean = builder.mul(builder.reduceMean(table, [0]), scale); // [1, width]
    const kept = builder.mul(lookedUp, builder.sub(builder.scalar(1), replaced));
    builder.add(kept, builder.mul(mean, replaced), words.value);
  }
  for (const output of graph.outputs) builder.output(output.name, output.name, "float32", output.shape);
  return extractGraph(builder.build(), { outputs: forwardOutputs(model) });
}

/** The part of that program that makes the first hidden state. @throws {AnatomyError} When the model looks up no words. */
export function buildReplacedEmbeddingEntry(model: TransformerGraph): Graph {
  const [first] = streamOf(model.anatomy).hiddenStates as readonly [string, ...string[]];
  return extractGraph(buildReplacedEmbeddingProgram(model), { outputs: [first] });
}

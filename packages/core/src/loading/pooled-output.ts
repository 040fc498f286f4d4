/** @file An ONNX file that gives hidden states, made one that gives embeddings. */

import { UnsupportedModelError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { Graph } from "../onnx/model.ts";
import { type EmbeddingPlan, embeddingWidth, emitEmbedding, POOLED_OUTPUT } from "../transformer/embedding.ts";

/** Names that exporters give to last hidden states, the first of all first. */
const HIDDEN_STATES = ["last_hidden_state", "token_embeddings", "hidden_states"];
const MASK = /(^|_)attention_mask$|^mask$|^input_mask$/;

/** The graph with an embedding that the file gives as its only output, under the name that is known to be one. */
export function withEmbeddingOutput(graph: Graph, opsets: Readonly<Record<string, number>>, name: string): Graph {
  const shape = inferShapes(graph, opsets).get(name)?.shape;
  const builder = new GraphBuilder({ from: graph, opsets });
  const output = builder.emit("Identity", [name], { output: POOLED_OUTPUT });
  builder.output(output, output, "float32", shape);
  return extractGraph(builder.build(), { outputs: [output] });
}

/**
 * The graph with the embedding as its only output.
 *
 * @param graph - Canonical: written with primitives.
 * @throws {UnsupportedModelError} When no output is hidden states of every token, or nothing masks them.
 */
export function withPooledOutput(graph: Graph, opsets: Readonly<Record<string, number>>, plan: EmbeddingPlan): Graph {
  const shapes = inferShapes(graph, opsets);
  const found = graph.outputs.flatMap(({ name }) => {
    const shape = shapes.get(name)?.shape;
    const width = shape?.length === 3 ? shape[2] : undefined;
    return typeof width === "number" ? [{ name, width }] : [];
  });
  const named = HIDDEN_STATES.map((name) => found.find((output) => output.name === name)).find(Boolean);
  const states = named ?? (found.length === 1 ? found[0] : undefined);
  const mask = graph.inputs.find(({ name }) => MASK.test(name));
  if (states === undefined || mask === undefined) {
    const lacks =
      states === undefined ? "no output with the hidden states of every token" : "no input that masks tokens";
    throw new UnsupportedModelError(
      `Cannot make embeddings of the ONNX file: it has ${lacks} (outputs: ${graph.outputs.map(({ name }) => `"${name}"`).join(", ")}); export the encoder with "last_hidden_state", as Optimum does for the task "feature-extraction"`,
      [{ reason: lacks }],
    );
  }
  const builder = new GraphBuilder({ from: graph, opsets });
  const vector = emitEmbedding(builder, states.name, mask.name, plan);
  const output = builder.emit("Identity", [vector], { output: POOLED_OUTPUT });
  builder.output(output, output, "float32", ["batch", embeddingWidth(plan, states.width)]);
  return extractGraph(builder.build(), { outputs: [output] });
}

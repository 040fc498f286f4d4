/**
 * @file Attention into some positions taken away, block by block: a graph with an input for each block that says which
 * positions may still be looked at (Geva et al. 2023, "attention knock-out"; METHOD 11).
 */

import { GraphBuilder } from "../graph/builder.ts";
import { rewireInputs } from "../graph/rewire.ts";
import type { Graph } from "../onnx/model.ts";
import type { Feeds } from "../runtime/runtime.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { buildLogitsProgram } from "./forward.ts";

/** 1 where a position may be looked at in block l, 0 where not [rows, 1, 1, positions]. */
const kept = (l: number): string => `knockout.kept.${l}`;

/** Smallest sum of the attention that is left: a row that loses all of it looks nowhere. */
const LEAST = 1e-20;

/**
 * Inputs of the model and what is kept in each block -> logits.
 *
 * What is left of a row of attention is scaled to the sum that the row had, which is what a mask before the softmax does;
 * a row that loses everything becomes 0.
 */
export function buildKnockOutProgram(model: TransformerGraph): Graph {
  const { graph, anatomy } = model;
  const maps = new Map(streamOf(anatomy).attentionProbabilities.map((name, l) => [name, l]));
  const builder = new GraphBuilder({
    from: { ...graph, nodes: [], outputs: [] },
    prefix: "knockout/",
    opsets: model.opsets,
  });
  for (const l of maps.values()) builder.input(kept(l), "float32", ["rows", 1, 1, "positions"]);
  const replaced = new Map<string, string>();
  const emitted = new Set<string>();
  for (const node of graph.nodes) {
    builder.node(rewireInputs(node, replaced));
    for (const output of node.outputs) {
      const l = maps.get(output);
      if (l === undefined || emitted.has(output)) continue;
      emitted.add(output);
      const left = builder.mul(output, kept(l));
      const sum = builder.reduceSum(output, [-1]);
      const share = builder.div(sum, builder.add(builder.reduceSum(left, [-1]), builder.scalar(LEAST)));
      replaced.set(output, builder.mul(left, share));
    }
  }
  for (const output of graph.outputs) builder.output(output.name, output.name, output.dtype, output.shape);
  return buildLogitsProgram({ ...model, graph: builder.build() });
}

/**
 * What the program is fed besides the inputs of the model.
 *
 * @param keptIn - Of each block [rows x positions]: 1 where a position may be looked at, 0 where not.
 */
export const knockOutFeeds = (keptIn: readonly Float32Array[], rows: number): Feeds =>
  Object.fromEntries(
    keptIn.map((data, l): [string, FloatTensor] => [
      kept(l),
      floatTensor(data, [rows, 1, 1, rows === 0 ? 0 : data.length / rows]),
    ]),
  );

/** The output of the program. */
export const knockOutOutput = ({ anatomy }: TransformerGraph): string => logitsOf(anatomy).value;

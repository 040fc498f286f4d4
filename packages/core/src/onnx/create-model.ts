/** @file Wraps a graph into a model file's worth of data. */

import type { Graph, OnnxModel } from "./model.ts";

/** A model around `graph`: IR version 10 (onnx 1.16), produced by calig. */
export function createModel(graph: Graph, opsets: Readonly<Record<string, number>>): OnnxModel {
  return { irVersion: 10, producerName: "calig", producerVersion: "", opsets, graph, metadata: {} };
}

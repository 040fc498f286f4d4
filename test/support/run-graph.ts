/** @file Running a graph that a test made. */

import { extractGraph } from "../../src/graph/extract.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { createModel } from "../../src/onnx/create-model.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import type { Graph } from "../../src/onnx/model.ts";
import { createNodeRuntime } from "../../src/runtime/onnxruntime-node.ts";
import type { Feeds, SessionOptions } from "../../src/runtime/runtime.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** A graph that is ready to run for some of its values. */
export interface OpenGraph {
  /** The values, in the order they were asked for. Feeds that the values do not need are left out. */
  run(feeds: Feeds): Promise<readonly Tensor[]>;
  dispose(): Promise<void>;
}

/**
 * Compiles what `values` (float32) need of a graph, after a check that the graph is well formed.
 *
 * @param weightsFolder - What external data is relative to.
 */
export async function openGraph(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  values: readonly string[],
  weightsFolder?: string,
  options: Pick<SessionOptions, "exactProducts"> = {},
): Promise<OpenGraph> {
  verifyGraph(graph, opsets);
  const program = extractGraph(graph, { outputs: values });
  const session = await createNodeRuntime().compile(encodeModel(createModel(program, opsets)), {
    name: graph.name,
    threads: 1,
    ...options,
    ...(weightsFolder === undefined ? {} : { weightsFolder }),
  });
  return {
    async run(feeds) {
      const used = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
      const fetches = await session.run(Object.fromEntries(used));
      return values.map((name) => fetches[name] as Tensor);
    },
    dispose: () => session.dispose(),
  };
}

/** The values of one run. */
export async function runGraph(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  values: readonly string[],
  feeds: Feeds,
  weightsFolder?: string,
  options: Pick<SessionOptions, "exactProducts"> = {},
): Promise<readonly Tensor[]> {
  const open = await openGraph(graph, opsets, values, weightsFolder, options);
  try {
    return await open.run(feeds);
  } finally {
    await open.dispose();
  }
}

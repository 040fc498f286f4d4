/** @file Running a graph that a test made. */

import { extractGraph } from "@calig/core/internal/graph/extract";
import { verifyGraph } from "@calig/core/internal/graph/verify";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import type { Graph } from "@calig/core/internal/onnx/model";
import type { Feeds, SessionOptions } from "@calig/core/internal/runtime/runtime";
import type { Tensor } from "@calig/core/internal/tensor/tensor";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";

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

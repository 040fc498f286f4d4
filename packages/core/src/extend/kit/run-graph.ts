/** @file Values of a graph, computed by an engine once. */

import { extractGraph } from "../../graph/extract.ts";
import type { Graph } from "../../onnx/model.ts";
import { encodeProgram } from "../../program/encode-program.ts";
import type { Feeds, Runtime, SessionOptions } from "../../runtime/runtime.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The values, in the order they were asked for. Feeds that they do not need are left out. @throws {ExecutionError} */
export async function valuesOf(
  runtime: Runtime,
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  values: readonly string[],
  feeds: Feeds,
  session: Omit<SessionOptions, "name"> = {},
): Promise<readonly Tensor[]> {
  const program = encodeProgram(extractGraph(graph, { outputs: [...new Set(values)] }), opsets, runtime);
  const compiled = await runtime.compile(program, { name: "kit", threads: 1, ...session });
  try {
    const used = Object.entries(feeds).filter(([name]) => compiled.inputNames.includes(name));
    const fetches = await compiled.run(Object.fromEntries(used));
    return values.map((name) => fetches[name] as Tensor);
  } finally {
    await compiled.dispose();
  }
}

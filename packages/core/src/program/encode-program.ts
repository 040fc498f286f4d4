/** @file From the graph of a program to the bytes that an engine compiles. */

import { lowerFusedMatMul } from "../graph/lower-fused-matmul.ts";
import { verifyGraph } from "../graph/verify.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/model.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** The program as an ONNX model for an engine. @throws {InternalError} When the graph is not well formed: the engine might abort on it. */
export function encodeProgram(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  { lacksFusedMatMul = false }: Pick<Runtime, "lacksFusedMatMul">,
): Uint8Array {
  // Shapes that a file states for inner values may no longer hold in what was made of it; the engine plans memory by them.
  const written = { ...graph, values: [] };
  const program = lacksFusedMatMul ? lowerFusedMatMul(written, opsets) : written;
  verifyGraph(program, opsets);
  return encodeModel(createModel(program, opsets));
}

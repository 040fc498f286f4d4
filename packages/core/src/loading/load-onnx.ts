/** @file A model from ONNX files in any store: one file, or two towers in one or in two. */

import type { Contents } from "./contents.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts } from "./model-parts.ts";
import { openOnnxFile, readOnnxFile } from "./onnx-file.ts";
import type { OnnxPlace, TowerFiles } from "./onnx-place.ts";
import { towerFiles, towerOutputs, towersInOneFile } from "./onnx-towers.ts";

/**
 * Reads a model from ONNX files and what lies beside them. Weights stay in the files and in those beside them.
 *
 * @param onnx - One file, or those of two towers.
 * @throws {OnnxParseError} When a file is no ONNX model.
 * @throws {CheckpointError} When files are missing or do not fit each other.
 * @throws {UnsupportedModelError} When a graph cannot be rewritten, or holds a model for another task.
 * @throws {AnatomyError} When the parts of a Transformer are not found.
 */
export async function loadOnnx(
  contents: Contents,
  onnx: OnnxPlace | TowerFiles,
  context: LoadContext,
): Promise<ModelParts> {
  if ("pictures" in onnx) return towerFiles(contents, onnx, context);
  const opened = await openOnnxFile(contents.store, onnx);
  const outputs = towerOutputs(opened.model.graph);
  return outputs === undefined
    ? readOnnxFile(contents, opened, context)
    : towersInOneFile(contents, opened, outputs, context);
}

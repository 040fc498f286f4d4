/** @file An ONNX file on disk: read, decoded, its weights found; what it means is read elsewhere (`loading/onnx-parts.ts`). */

import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CheckpointError } from "../errors.ts";
import { checkTask, onnxParts } from "../loading/onnx-parts.ts";
import { decodeModel } from "../onnx/decode.ts";
import { type LoadContext, readConfig, type StoredParts } from "./load-checkpoint.ts";
import { planWeights, weightMemory } from "./memory-check.ts";
import { companionsIn } from "./model-files.ts";
import { isFile, type OnnxPlace } from "./onnx-files.ts";
import { locateWeights } from "./onnx-weights.ts";

/**
 * Reads a model from an ONNX file and the files beside it. Weights stay in the file and in those beside it.
 *
 * @throws {OnnxParseError} When the file is no ONNX model.
 * @throws {CheckpointError} When files are missing or do not fit each other.
 * @throws {UnsupportedModelError} When the graph cannot be rewritten, or holds a model for another task.
 * @throws {AnatomyError} When the parts of a Transformer are not found.
 */
export async function loadOnnx(
  { file, folder }: OnnxPlace,
  { source, runtime, memory, signal }: LoadContext,
): Promise<StoredParts> {
  const config = (await isFile(join(folder, "config.json"))) ? await readConfig(folder) : undefined;
  checkTask(config);
  const bytes = await readBytes(file);
  const model = decodeModel(bytes);
  const { graph, facts, externalise } = await locateWeights(model.graph, file, bytes);
  const { streamed, warnings } = planWeights(source, weightMemory(facts.elements), false, memory);
  signal?.throwIfAborted();
  const parts = await onnxParts({
    name: basename(file),
    config,
    graph,
    opsets: model.opsets,
    weights: facts,
    place: { weightsFolder: facts.folder },
    externalise,
    companions: companionsIn(folder),
    runtime,
    streamed,
    warnings,
  });
  return { ...parts, streamed };
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CheckpointError(`Cannot load "${file}": it cannot be read`, file, { cause });
  }
}

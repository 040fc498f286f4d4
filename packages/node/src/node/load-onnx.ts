/** @file An ONNX file on disk: read, decoded, its weights found; what it means is read elsewhere (`loading/onnx-parts.ts`). */

import { readFile, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CheckpointError } from "@calig/core/internal/errors";
import { checkTask } from "@calig/core/internal/loading/check-task";
import { sideFileEnds } from "@calig/core/internal/loading/graph-weights";
import { interfaceOf, type OriginalFile } from "@calig/core/internal/loading/model-parts";
import { onnxParts } from "@calig/core/internal/loading/onnx-parts";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { adapterBeside } from "./adapter-place.ts";
import { type LoadContext, readConfig, type StoredParts } from "./load-checkpoint.ts";
import { planWeights, weightMemory } from "./memory-check.ts";
import { preprocessorsIn } from "./model-files.ts";
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
  { source, runtime, knowledge, memory, acceptDifference, signal }: LoadContext,
): Promise<StoredParts> {
  const config = (await isFile(join(folder, "config.json"))) ? await readConfig(folder) : undefined;
  const bytes = await readBytes(file);
  const model = decodeModel(bytes);
  checkTask(config, model);
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
    preprocessors: preprocessorsIn(folder),
    knowledge,
    runtime,
    streamed,
    ...(acceptDifference === undefined ? {} : { acceptDifference }),
    warnings,
  });
  return {
    ...parts,
    warnings: [...parts.warnings, ...(await adapterBeside(folder))],
    streamed,
    original: {
      name: basename(file),
      ...interfaceOf(model.graph),
      ...(parts.logitsInFile === undefined ? {} : { logits: parts.logitsInFile }),
      read: () => readOriginal(file),
    },
  };
}

/**
 * The file as it is. Where its side files are links, as in download caches, the engine would refuse them: then the same
 * graph with the real places of its tensors.
 */
async function readOriginal(file: string): ReturnType<OriginalFile["read"]> {
  const bytes = await readBytes(file);
  const { graph, opsets } = decodeModel(bytes);
  const folder = await realpath(dirname(file));
  const sides = [...sideFileEnds(graph).keys()];
  const real = await Promise.all(sides.map((location) => realpath(join(folder, location))));
  if (real.every((path, i) => path === join(folder, sides[i] as string)))
    return { bytes, place: { weightsFolder: folder } };
  const stored = await locateWeights(graph, file, bytes);
  return {
    bytes: encodeModel(createModel(stored.externalise(stored.graph), opsets)),
    place: { weightsFolder: stored.facts.folder },
  };
}

async function readBytes(file: string): Promise<Uint8Array> {
  if (!(await isFile(file))) throw new CheckpointError(`Cannot load "${file}": there is no file of that name`, file);
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CheckpointError(`Cannot load "${file}": it cannot be read`, file, { cause });
  }
}

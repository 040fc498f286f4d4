/** @file An ONNX file in any store: read, decoded, its weights found; what it means is read elsewhere (`onnx-parts.ts`). */

import { emptyPasts } from "../canonical/empty-pasts.ts";
import { CheckpointError } from "../errors.ts";
import { extractGraph } from "../graph/extract.ts";
import { createModel } from "../onnx/create-model.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph, OnnxModel } from "../onnx/model.ts";
import { checkTask } from "./check-task.ts";
import type { Contents } from "./contents.ts";
import { adapterBeside } from "./find-adapter.ts";
import type { LoadContext } from "./load-context.ts";
import type { ModelParts, OriginalFile, WeightPlace } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { onnxParts } from "./onnx-parts.ts";
import type { OnnxPlace } from "./onnx-place.ts";
import { locateWeights, type StoredGraph } from "./onnx-weights.ts";
import { readSentenceModel } from "./sentence-model.ts";
import { checkEngineMemory, planWeights, weightMemory } from "./weight-plan.ts";

/** A file that was read and decoded. */
export interface OpenedOnnx {
  readonly onnx: OnnxPlace;
  readonly bytes: Uint8Array;
  readonly model: OnnxModel;
}

/** @throws {OnnxParseError} When the file is no ONNX model. */
export async function openOnnxFile(store: ModelStore, onnx: OnnxPlace): Promise<OpenedOnnx> {
  const bytes = await bytesOf(store, onnx);
  return { onnx, bytes, model: decodeModel(bytes) };
}

/**
 * Reads a model from an ONNX file and the files beside it. Weights stay in the file and in those beside it.
 *
 * @param tower - The output that is the embedding of one of two towers: nothing else of the file is read.
 * @throws {OnnxParseError} When the file is no ONNX model.
 * @throws {CheckpointError} When files are missing or do not fit each other.
 * @throws {UnsupportedModelError} When the graph cannot be rewritten, or holds a model for another task.
 * @throws {AnatomyError} When the parts of a Transformer are not found.
 */
export async function readOnnxFile(
  contents: Contents,
  { onnx, bytes, model }: OpenedOnnx,
  context: LoadContext,
  tower?: string,
): Promise<ModelParts> {
  const { source, memory, signal } = context;
  const { store } = contents;
  const config = contents.stored?.config;
  const name = onnx.path.slice(onnx.path.lastIndexOf("/") + 1);
  const sentences = tower === undefined ? await readSentenceModel(contents, context.task === "similarity") : undefined;
  if (sentences === undefined && tower === undefined) checkTask(config, model);
  const stored = await locateWeights(model.graph, store, onnx, bytes);
  const { graph, facts, files, externalise } = stored;
  const needed = weightMemory(facts.elements);
  checkEngineMemory(source, needed, context.runtime);
  const { streamed, prepack, warnings } = planWeights(source, needed, false, memory);
  signal?.throwIfAborted();
  const parts = await onnxParts({
    name,
    config,
    graph: tower === undefined ? graph : extractGraph(graph, { outputs: [tower] }),
    ...(tower === undefined ? {} : { tower }),
    opsets: model.opsets,
    weights: facts,
    place: files.place,
    externalise,
    contents,
    ...(sentences === undefined ? {} : { sentences }),
    streamed,
    warnings,
    context,
  });
  return {
    ...parts,
    warnings: [...parts.warnings, ...adapterBeside(contents)],
    streamed,
    prepack,
    read: files.read,
    original: {
      name,
      ...interfaceOf(model.graph),
      ...(parts.logitsInFile === undefined ? {} : { logits: parts.logitsInFile }),
      read: readerOfOriginal(store, onnx, stored),
    },
  };
}

/** The contents of the file. */
async function bytesOf(store: ModelStore, { path, file }: OnnxPlace): Promise<Uint8Array> {
  const bytes = "bytes" in file ? file.bytes : await store.bytes(path);
  if (bytes !== undefined) return bytes;
  throw new CheckpointError(`Cannot load "${path}" in "${store.where}": it is not there any more`, path);
}

/**
 * The file as it is. Where its side files are links, as in download caches, the engine would refuse them: then the same
 * graph with the real places of its tensors.
 */
function readerOfOriginal(store: ModelStore, onnx: OnnxPlace, stored: StoredGraph): OriginalFile["read"] {
  const place = placeAsNamed(stored);
  return async () => {
    const bytes = await bytesOf(store, onnx);
    if (place !== undefined) return { bytes, place };
    const { graph, opsets } = decodeModel(bytes);
    const { graph: located, files, externalise } = await locateWeights(graph, store, onnx, bytes);
    return { bytes: encodeModel(createModel(externalise(located), opsets)), place: files.place };
  };
}

/** Where the side files lie by the very names that the graph gives them; undefined where the disk has other names. */
function placeAsNamed({ sides, files }: StoredGraph): WeightPlace | undefined {
  if (sides.size === 0) return {};
  if (files.place.weights !== undefined) {
    const contents = [...sides].map(([location, { file }]) => [
      location,
      "bytes" in file ? file.bytes : new Uint8Array(),
    ]);
    return { weights: Object.fromEntries(contents) };
  }
  const folders = [...sides].map(([location, { file }]) =>
    "path" in file && file.path.endsWith(`/${location}`) ? file.path.slice(0, -location.length - 1) : undefined,
  );
  const [folder, ...others] = new Set(folders);
  return folder === undefined || others.length > 0 ? undefined : { weightsFolder: folder };
}

/** A decoded graph as it reads a text that starts: of decoders that go on with one, without what was read before. */
export const startingText = (graph: Graph, opsets: Readonly<Record<string, number>>): Graph =>
  emptyPasts({ graph, opsets: { "com.microsoft": 1, ...opsets } }).graph;

/** What a decoded graph takes and gives; stored tensors that it lists among its inputs are none of them. */
export function interfaceOf({ inputs, outputs, initializers }: Graph): Pick<OriginalFile, "inputs" | "outputs"> {
  const stored = new Set(initializers.map(({ name }) => name));
  return {
    inputs: inputs.filter(({ name }) => !stored.has(name)),
    outputs: outputs.map(({ name }) => name),
  };
}

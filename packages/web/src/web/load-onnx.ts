/** @file An ONNX file whose bytes are in memory, with its side files. */

import type { CheckpointConfig } from "@calig/core/internal/checkpoint/config";
import { CheckpointError } from "@calig/core/internal/errors";
import { checkTask } from "@calig/core/internal/loading/check-task";
import { countElements, inFile, isSmall, sideFileEnds } from "@calig/core/internal/loading/graph-weights";
import type { Knowledge } from "@calig/core/internal/loading/knowledge";
import { interfaceOf, type ModelParts, type Preprocessors } from "@calig/core/internal/loading/model-parts";
import { onnxParts } from "@calig/core/internal/loading/onnx-parts";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import type { Graph, StoredTensor } from "@calig/core/internal/onnx/model";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { byteSize } from "@calig/core/internal/tensor/dtype";
import { elementCount } from "@calig/core/internal/tensor/tensor";
import { sha256 } from "@calig/core/internal/util/sha256";
import type { ModelFiles } from "./model-files.ts";

export interface OnnxInMemory {
  readonly files: ModelFiles;
  /** Of the .onnx file; its side files are beside it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly config: CheckpointConfig | undefined;
  readonly preprocessors: Preprocessors;
  readonly knowledge: Knowledge;
  readonly runtime: Runtime;
  readonly acceptDifference: boolean;
}

/** @throws As `loadModel`. */
export async function loadOnnx({
  files,
  path,
  bytes,
  config,
  preprocessors,
  knowledge,
  runtime,
  acceptDifference,
}: OnnxInMemory): Promise<ModelParts> {
  const { graph, opsets } = decodeModel(bytes);
  checkTask(config, { graph, opsets });
  const name = path.slice(path.lastIndexOf("/") + 1);
  const sides = await readSides(graph, files, path.slice(0, path.length - name.length));
  const weights = { [name]: bytes, ...sides };
  const elements = countElements(graph);
  const parts = await onnxParts({
    name,
    config,
    graph: { ...graph, initializers: graph.initializers.map((tensor) => inMemory(tensor, sides)) },
    opsets,
    weights: {
      bytes: Object.values(weights).reduce((sum, { length }) => sum + length, 0),
      parameters: [...elements.values()].reduce((sum, count) => sum + count, 0),
      elements,
      sha256: await sha256(Object.values(weights)),
    },
    place: { weights },
    externalise: (changed) => ({
      ...changed,
      initializers: changed.initializers.map((tensor) => inFile(tensor, name, bytes)),
    }),
    preprocessors,
    knowledge,
    runtime,
    acceptDifference,
    warnings: [],
  });
  return {
    ...parts,
    original: {
      name,
      ...interfaceOf(graph),
      ...(parts.logitsInFile === undefined ? {} : { logits: parts.logitsInFile }),
      read: async () => ({ bytes, place: { weights: sides } }),
    },
  };
}

/** @throws {CheckpointError} When a file is missing or too short; lists all of them. */
async function readSides(graph: Graph, files: ModelFiles, folder: string): Promise<Record<string, Uint8Array>> {
  const sides: Record<string, Uint8Array> = {};
  const problems: string[] = [];
  for (const [location, end] of sideFileEnds(graph)) {
    const bytes = await files.read(`${folder}${location}`);
    if (bytes === undefined) problems.push(`there is no "${folder}${location}"`);
    else if (bytes.length < end) {
      problems.push(`"${location}" has ${bytes.length} bytes, the model needs ${end}: it is truncated`);
    } else sides[location] = bytes;
  }
  if (problems.length === 0) return sides;
  throw new CheckpointError(
    `Cannot load the weights of the ONNX model "${files.name}": ${problems.join("; ")}; ${files.remedy ?? "give all of its files, or download them again"}`,
    files.name,
  );
}

/** A small tensor of a side file as its bytes. */
function inMemory(tensor: StoredTensor, sides: Readonly<Record<string, Uint8Array>>): StoredTensor {
  const { dtype, shape, storage } = tensor;
  if (storage.kind !== "external" || !isSmall(tensor)) return tensor;
  const size = byteSize(dtype, elementCount(shape));
  const bytes = sides[storage.location]?.slice(storage.offset, storage.offset + size) ?? new Uint8Array();
  return { ...tensor, storage: { kind: "bytes", bytes } };
}

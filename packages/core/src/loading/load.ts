/** @file From the store of a model to a model that can be explained. The same on every platform. */

import type { Platform } from "../attribution/explainable-model.ts";
import { type AssembledModel, assembleModel } from "./assemble-model.ts";
import { usualWeights } from "./checkpoint-weights.ts";
import { readContents } from "./contents.ts";
import { holdsAdapter } from "./find-adapter.ts";
import { findGguf, isGguf } from "./gguf-place.ts";
import { loadCheckpoint } from "./load-checkpoint.ts";
import type { LoadContext } from "./load-context.ts";
import type { loadGguf } from "./load-gguf.ts";
import type { loadOnnx } from "./load-onnx.ts";
import type { ModelParts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { noModelIn, noOnnxOfType, onlyCheckpoints } from "./no-model.ts";
import { findOnnxFile, findTowerFiles, namedOnnxFile, type OnnxDtype } from "./onnx-place.ts";
import { storeInMemory } from "./store-in-memory.ts";
import { readKnown } from "./stored-settings.ts";
import { checkAskedTask } from "./task.ts";
import { streamBytes } from "./weight-plan.ts";

export interface LoadRequest extends LoadContext {
  /** What explanations call the model. Default: as its store. */
  readonly id?: string | undefined;
  /** The ONNX or GGUF file that is meant, by its path in the store. Default: found. */
  readonly file?: string | undefined;
  /** Which ONNX file, by the element type in its name. Default: the checkpoint, else the best there is. */
  readonly dtype?: OnnxDtype | undefined;
  /** Threads of one operator. Default: the engine decides. */
  readonly threads?: number | undefined;
  readonly platform: Platform;
  /** The reader of ONNX files, loaded when there is one. Default: only checkpoints are read. */
  readonly readOnnx?: (() => Promise<typeof loadOnnx>) | undefined;
  /** The reader of GGUF files, likewise. */
  readonly readGguf?: (() => Promise<typeof loadGguf>) | undefined;
}

/** A loaded model, and the ONNX or GGUF file that it was read from, by its path in the store. */
export interface Loaded {
  readonly model: AssembledModel;
  readonly file: string | undefined;
}

/**
 * Loads a model. What is taken, in that order: the file that was named; a checkpoint of a family that calig builds; an ONNX
 * file; a GGUF file; an adapter whose base model is elsewhere. Programs are compiled when first needed.
 *
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family and there is no ONNX file, or its graph cannot be
 * rewritten.
 * @throws {OnnxParseError} When a file is no ONNX model.
 * @throws {AnatomyError} When the parts of a Transformer are not found in an ONNX file.
 */
export async function load(store: ModelStore, request: LoadRequest): Promise<Loaded> {
  if (request.runtime.lacksFiles !== true) return loadFrom(store, request);
  const { disk: _, ...inMemory } = request;
  return loadFrom(storeInMemory(store), inMemory);
}

async function loadFrom(store: ModelStore, request: LoadRequest): Promise<Loaded> {
  const { runtime, platform, threads, memory, disk, id = store.name } = request;
  const { parts, file } = await readParts(store, request);
  try {
    request.signal?.throwIfAborted();
    const { tuned, card, commonWords, warnings } = await readKnown(store, file, parts);
    const stream =
      parts.streamed && memory !== undefined && disk !== undefined
        ? { memoryBytes: streamBytes(parts, memory), spill: disk.states() }
        : undefined;
    const session = { ...(parts.prepack ? { prepack: true } : {}), ...(threads === undefined ? {} : { threads }) };
    const model = assembleModel(parts, { id, runtime, platform, stream, session });
    if (request.task !== undefined) checkAskedTask(model, request.task);
    return {
      model: {
        ...model,
        ...(card === undefined ? {} : { facts: { ...model.facts, card } }),
        ...(tuned === undefined ? {} : { tuned }),
        ...(commonWords === undefined ? {} : { commonWords }),
        warnings: [...warnings, ...(model.warnings ?? [])],
      },
      file,
    };
  } catch (error) {
    await parts.release?.();
    throw error;
  }
}

/** The parts of what is meant, and its file where that is one. */
async function readParts(
  store: ModelStore,
  request: LoadRequest,
): Promise<{ readonly parts: ModelParts; readonly file?: string }> {
  const { dtype, file, source, knowledge, readOnnx, readGguf } = request;
  const contents = await readContents(store);
  const config = contents.stored?.config;
  const builds = config !== undefined && knowledge.families.has(config.modelType);
  const beside = file === undefined && dtype === undefined && builds ? await usualWeights(contents) : undefined;
  if (beside !== undefined) return { parts: await loadCheckpoint(contents, beside, request) };
  const gguf = file !== undefined && isGguf(file) ? file : undefined;
  const towers = file === undefined ? await findTowerFiles(contents, dtype) : undefined;
  if (towers !== undefined) {
    if (readOnnx === undefined) throw onlyCheckpoints(store, towers.pictures.path);
    const read = await readOnnx();
    return { parts: await read(contents, towers, request), file: towers.pictures.path };
  }
  const onnx =
    gguf !== undefined
      ? undefined
      : file === undefined
        ? await findOnnxFile(contents, dtype)
        : await namedOnnxFile(store, file);
  if (onnx !== undefined) {
    if (readOnnx === undefined) throw onlyCheckpoints(store, onnx.path);
    const read = await readOnnx();
    return { parts: await read(contents, onnx, request), file: onnx.path };
  }
  const weights = gguf ?? (dtype === undefined ? findGguf(contents) : undefined);
  if (weights !== undefined) {
    if (readGguf === undefined) throw onlyCheckpoints(store, weights);
    const read = await readGguf();
    return { parts: await read(contents, weights, request), file: weights };
  }
  if (dtype !== undefined) throw noOnnxOfType(store, dtype);
  if (config === undefined && !(await holdsAdapter(contents))) throw await noModelIn(source, store);
  return { parts: await loadCheckpoint(contents, undefined, request) };
}

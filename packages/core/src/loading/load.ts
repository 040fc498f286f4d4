/** @file From the store of a model to a model that can be explained. The same on every platform. */

import type { Platform } from "../attribution/explainable-model.ts";
import type { TunedSettings } from "../attribution/tuned.ts";
import { streamOf } from "../transformer/anatomy.ts";
import { type AssembledModel, assembleModel } from "./assemble-model.ts";
import { usualWeights } from "./checkpoint-weights.ts";
import { holdsAdapter } from "./find-adapter.ts";
import type { Knowledge } from "./knowledge.ts";
import { loadCheckpoint, readConfig, type StoredConfig } from "./load-checkpoint.ts";
import type { LoadContext } from "./load-context.ts";
import { loadOnnx } from "./load-onnx.ts";
import type { ModelParts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import { noModelIn, noOnnxOfType } from "./no-model.ts";
import { findOnnxFile, namedOnnxFile, type OnnxDtype } from "./onnx-place.ts";
import { storeInMemory } from "./store-in-memory.ts";
import { parseTuned, tunedFileOf } from "./tuned-settings.ts";
import { streamBytes, weightMemory, worthPrepacking } from "./weight-plan.ts";

export interface LoadRequest extends LoadContext {
  /** What explanations call the model. Default: as its store. */
  readonly id?: string | undefined;
  /** The ONNX file that is meant, by its path in the store. Default: found. */
  readonly file?: string | undefined;
  /** Which ONNX file, by the element type in its name. Default: the checkpoint, else the best there is. */
  readonly dtype?: OnnxDtype | undefined;
  /** Threads of one operator. Default: the engine decides. */
  readonly threads?: number | undefined;
  readonly platform: Platform;
}

/** A loaded model, and the ONNX file that it was read from, by its path in the store. */
export interface Loaded {
  readonly model: AssembledModel;
  readonly file: string | undefined;
}

/**
 * Loads a model. What is taken, in that order: the file that was named; a checkpoint of a family that calig builds; an ONNX
 * file; an adapter whose base model is elsewhere. Programs are compiled when first needed.
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
  const config = await readConfig(store);
  const { parts, file } = await readParts(store, config, request);
  try {
    request.signal?.throwIfAborted();
    const tuned = await readTuned(store, tunedFileOf(file), parts);
    const stream =
      parts.streamed && memory !== undefined && disk !== undefined
        ? { memoryBytes: streamBytes(parts, memory), spill: disk.states() }
        : undefined;
    const prepack = memory !== undefined && worthPrepacking(weightMemory(parts.weights.elements));
    const session = { ...(prepack ? { prepack } : {}), ...(threads === undefined ? {} : { threads }) };
    const model = assembleModel(parts, { id, runtime, platform, stream, session });
    return { model: { ...model, ...(tuned === undefined ? {} : { tuned }) }, file };
  } catch (error) {
    await parts.release?.();
    throw error;
  }
}

/** The parts of what is meant, and its ONNX file. */
async function readParts(
  store: ModelStore,
  config: StoredConfig | undefined,
  request: LoadRequest,
): Promise<{ readonly parts: ModelParts; readonly file?: string }> {
  const { dtype, file, source, knowledge } = request;
  const beside =
    file === undefined && dtype === undefined && builds(config, knowledge) ? await usualWeights(store) : undefined;
  if (beside !== undefined) return { parts: await loadCheckpoint(store, config, beside, request) };
  const onnx = file === undefined ? await findOnnxFile(store, dtype) : await namedOnnxFile(store, file);
  if (onnx !== undefined) return { parts: await loadOnnx(store, onnx, config?.config, request), file: onnx.path };
  if (dtype !== undefined) throw noOnnxOfType(store, dtype);
  if (config === undefined && !(await holdsAdapter(store))) throw await noModelIn(source, store);
  return { parts: await loadCheckpoint(store, config, undefined, request) };
}

/** Whether calig builds models of this configuration from checkpoints. */
const builds = (stored: StoredConfig | undefined, { families }: Knowledge): boolean =>
  families.some(({ modelTypes }) => stored !== undefined && modelTypes.includes(stored.config.modelType));

/** The settings stored beside a model. @throws {CheckpointError} When the file is not what calig wrote. */
async function readTuned(store: ModelStore, path: string, { forward }: ModelParts): Promise<TunedSettings | undefined> {
  const text = await store.text(path);
  return text === undefined
    ? undefined
    : parseTuned(text, `${store.where}/${path}`, streamOf(forward.anatomy).hiddenStates.length);
}

/** @file From a folder on disk, a file, or the name of a built-in model, to a model that can be explained. */

import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CheckpointError, InvalidOptionError } from "@calig/core/internal/errors";
import { type AssembledModel, assembleModel } from "@calig/core/internal/loading/assemble-model";
import { knowledgeOf, type ModelExtensions } from "@calig/core/internal/loading/knowledge";
import type { OnnxDtype } from "@calig/core/internal/loading/onnx-names";
import { tryRuntime } from "@calig/core/internal/loading/try-runtime";
import type { Device } from "@calig/core/internal/runtime/devices";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import type { ModelFamily } from "@calig/core/internal/transformer/family";
import { createNodeRuntime } from "../runtime/onnxruntime-node.ts";
import { createThreadedNodeRuntime } from "../runtime/threaded-node.ts";
import { holdsAdapter } from "./adapter-place.ts";
import { builtinFolder } from "./builtin-models.ts";
import { type LoadContext, loadCheckpoint, readConfig } from "./load-checkpoint.ts";
import { loadOnnx } from "./load-onnx.ts";
import { availableBytes, weightMemory, worthPrepacking } from "./memory-check.ts";
import { noModelIn, nothingThere, otherFile } from "./no-model.ts";
import { findOnnxFile, isFile, type OnnxPlace, placeOfFile } from "./onnx-files.ts";
import { nodePlatform } from "./platform.ts";
import { readRangeIn } from "./read-range.ts";
import { createSpillFile } from "./spill-file.ts";
import { streamBytes } from "./stream-bytes.ts";
import { readTuned, tunedPath } from "./tuned-settings.ts";
import type { StoredWeightFacts } from "./weights.ts";

export interface LoadOptions extends ModelExtensions {
  /**
   * Whether the engine runs in a thread of its own. The same numbers; this thread, which a run blocks otherwise, stays free
   * for others, as a server needs. Default: no.
   */
  readonly thread?: boolean;
  /** Threads of one operator. Default: the engine decides (one per physical core). */
  readonly threads?: number;
  /**
   * Which ONNX file of a folder to load, by the element type in its name (transformers.js: "fp16" is model_fp16.onnx).
   * Default: the checkpoint if there is one that calig builds, else float32, else the best there is.
   */
  readonly dtype?: OnnxDtype;
  /**
   * Run the model block by block, so that the weights of one block at a time are in memory: slower, the same numbers.
   * Default: where the weights exceed `memory`, or what is free.
   */
  readonly stream?: boolean;
  /** Where programs run. Default: on the processor. */
  readonly device?: Device;
  /** An engine to use instead of onnxruntime: it has its own device, threads and place. */
  readonly runtime?: Runtime;
  /** Bytes that weights and activations may take. Default: what is free. */
  readonly memory?: number;
  /**
   * Whether inputs are explained even where the float32 arithmetic that is explained moves a logit of the file, quantised
   * or of half precision, by more than 5 % of the largest, or lets another class win. Explanations then say so. Default: no.
   */
  readonly acceptDifference?: boolean;
  readonly signal?: AbortSignal;
}

/** A model that was loaded from disk. Holds compiled programs: call `dispose()`, or declare it with `await using`. */
export interface LoadedModel extends AssembledModel<StoredWeightFacts> {
  readonly folder: string;
  /** The ONNX file that was loaded; undefined for checkpoints. */
  readonly file: string | undefined;
}

/**
 * Loads a model: the name of a built-in one ("sst2"), a Hugging Face folder (config.json, model.safetensors and tokenizer
 * files), a folder with ONNX files (Optimum, transformers.js), or an .onnx file. Nothing is fetched from a network.
 * Programs are compiled when first needed.
 *
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family and there is no ONNX file, or its graph cannot be
 * rewritten.
 * @throws {OnnxParseError} When a file is no ONNX model.
 * @throws {AnatomyError} When the parts of a Transformer are not found in an ONNX file.
 */
export async function loadModel(source: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const { threads, signal, stream, memory, acceptDifference, device = "cpu" } = options;
  checkThreads(threads);
  const knowledge = knowledgeOf(options);
  const builtin = builtinFolder(source);
  const path = builtin ?? resolve(source);
  const onnx = await findModel(source, path, options, knowledge.families);
  const runtime = openRuntime(options);
  if (options.runtime !== undefined || device !== "cpu") await tryRuntime(runtime);
  const memoryOptions = { available: availableBytes(), ...given({ stream, memory }) };
  const context: LoadContext = {
    source,
    runtime,
    knowledge,
    memory: memoryOptions,
    float32: runtime.lacksHalfPrecision === true,
    ...given({ threads, signal, acceptDifference }),
  };
  const parts = onnx === undefined ? await loadCheckpoint(path, context) : await loadOnnx(onnx, context);
  const tuned = await readTuned(
    tunedPath(onnx?.folder ?? path, onnx?.file),
    parts.forward.anatomy.hiddenStates.length,
  ).catch(async (error: unknown) => {
    await parts.release?.();
    throw error;
  });
  return {
    ...assembleModel(parts, {
      id: builtin === undefined ? basename(path) : source,
      runtime,
      platform: nodePlatform,
      readRange: readRangeIn(parts.place.weightsFolder ?? path),
      stream: parts.streamed ? { memoryBytes: streamBytes(parts, memoryOptions), spill: createSpillFile() } : undefined,
      session: { prepack: worthPrepacking(weightMemory(parts.weights.elements)), ...given({ threads }) },
    }),
    folder: onnx?.folder ?? path,
    file: onnx?.file,
    ...given({ tuned }),
  };
}

/** The fields that are not undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** @throws {InvalidOptionError} When an engine is given, and options of another one. */
function openRuntime({ runtime, device, thread }: LoadOptions): Runtime {
  if (runtime === undefined) {
    return thread === true ? createThreadedNodeRuntime(device ?? "cpu") : createNodeRuntime(device ?? "cpu");
  }
  const other = device === undefined ? (thread === undefined ? undefined : "thread") : "device";
  if (other === undefined) return runtime;
  throw new InvalidOptionError(
    `Cannot use the option "${other}" with an engine of your own: it has its own device and threads; leave one of them out`,
    other,
  );
}

function checkThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1)) return;
  throw new InvalidOptionError(`Cannot use ${threads} threads: give a whole number of at least 1`, "threads", threads);
}

/** The ONNX file to load, or undefined where the checkpoint in the folder is to be loaded. */
async function findModel(
  source: string,
  path: string,
  { dtype }: LoadOptions,
  families: readonly ModelFamily[],
): Promise<OnnxPlace | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    if (dtype === undefined && (await holdsCheckpoint(path, families))) return undefined;
    const onnx = await findOnnxFile(path, dtype);
    if (onnx !== undefined || (await isFile(join(path, "config.json"))) || (await holdsAdapter(path))) return onnx;
    throw await noModelIn(source, path);
  }
  if (found === undefined) throw nothingThere(source);
  // Pipes and devices have no end that could be waited for.
  if (!found.isFile()) {
    throw new CheckpointError(`Cannot load model "${source}": it is neither a file nor a folder; give one`, source);
  }
  if (path.endsWith(".onnx")) return placeOfFile(path);
  throw otherFile(source, path);
}

/** Whether a folder has weights of a family that calig builds; an ONNX file is taken otherwise. */
async function holdsCheckpoint(folder: string, families: readonly ModelFamily[]): Promise<boolean> {
  const files = ["model.safetensors", "model.safetensors.index.json"];
  const present = await Promise.all(files.map((file) => isFile(join(folder, file))));
  if (!present.includes(true) || !(await isFile(join(folder, "config.json")))) return false;
  const { modelType } = await readConfig(folder);
  return families.some(({ modelTypes }) => modelTypes.includes(modelType));
}

/** @file From a folder on disk, a file, or the name of a model, to a model that can be explained. */

import { join } from "node:path";
import { InvalidOptionError } from "@calig/core/internal/errors";
import type { AssembledModel } from "@calig/core/internal/loading/assemble-model";
import { BUILT_IN, readGguf, readOnnx } from "@calig/core/internal/loading/built-in";
import type { DownloadProgress } from "@calig/core/internal/loading/download-progress";
import { knowledgeOf, type ModelExtensions } from "@calig/core/internal/loading/knowledge";
import { load } from "@calig/core/internal/loading/load";
import type { ModelStore } from "@calig/core/internal/loading/model-store";
import type { OnnxDtype } from "@calig/core/internal/loading/onnx-place";
import type { Task } from "@calig/core/internal/loading/task";
import { tryRuntime } from "@calig/core/internal/loading/try-runtime";
import type { Device } from "@calig/core/internal/runtime/devices";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { createNativeTokenizer } from "../input/text/native-tokenizer.ts";
import { type FoundSource, findSource } from "./find-source.ts";
import { chooseEngine } from "./open-engine.ts";
import { availableBytes, nodePlatform } from "./platform.ts";
import { scratchFile } from "./scratch-file.ts";
import { createSpillFile } from "./spill-file.ts";

/** How `loadModel` loads: which file, on what, with how many threads, and what it may download. */
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
  /**
   * Which revision of a model in the cache of Hugging Face, or on the hub: a branch, a tag or a commit in full. Default:
   * "main".
   */
  readonly revision?: string;
  /**
   * Whether a model that is named ("owner/name"), and is no path, may be asked for at the hub of Hugging Face: what is missing
   * is downloaded into its cache. HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE say where and as whom. Default: no,
   * nothing is fetched from a network.
   */
  readonly allowDownload?: boolean;
  /** Called while files are downloaded. */
  readonly onProgress?: (progress: DownloadProgress) => void;
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
  /**
   * What the model is used for: "classification", "text-generation", "similarity". Default: what its files say. An encoder
   * without a head makes embeddings where "similarity" is asked for: the mean of its last hidden states.
   */
  readonly task?: Task;
  readonly signal?: AbortSignal;
}

/** A model that was loaded in Node. Holds compiled programs: call `dispose()`, or declare it with `await using`. */
export interface LoadedModel extends AssembledModel {
  /** Where its files are. */
  readonly folder: string;
  /** The ONNX or GGUF file that was loaded; undefined for checkpoints. */
  readonly file: string | undefined;
}

/**
 * Loads a model: the name of a built-in one ("sst2"), a Hugging Face folder (config.json, model.safetensors and tokenizer
 * files), a folder with ONNX files (Optimum, transformers.js), an .onnx file, a .gguf file or a folder with one, or the name
 * of a model that the tools of Hugging Face have downloaded into their cache ("owner/name"). Nothing is fetched from a
 * network unless `allowDownload` says so. Programs are compiled when first needed.
 *
 * @throws {CheckpointError} When files are missing, truncated or inconsistent.
 * @throws {UnsupportedModelError} When calig does not build this family and there is no ONNX file, or its graph cannot be
 * rewritten.
 * @throws {OnnxParseError} When a file is no ONNX model.
 * @throws {AnatomyError} When the parts of a Transformer are not found in an ONNX file.
 */
export async function loadModel(source: string | ModelStore, options: LoadOptions = {}): Promise<LoadedModel> {
  const { threads, stream, memory, device = "cpu", dtype, acceptDifference, task, signal } = options;
  checkThreads(threads);
  const knowledge = knowledgeOf(BUILT_IN, options);
  const found = typeof source === "string" ? await findSource(source, options) : ofStore(source, options.revision);
  const { store, file } = found;
  const { runtime, warnings } = await chooseEngine(options);
  if (options.runtime !== undefined || device !== "cpu") await tryRuntime(runtime);
  const loaded = await load(store, {
    source: typeof source === "string" ? source : store.name,
    file,
    dtype,
    threads,
    acceptDifference,
    task,
    signal,
    runtime,
    knowledge,
    readOnnx,
    readGguf,
    platform: nodePlatform,
    memory: {
      available: availableBytes(),
      ...(stream === undefined ? {} : { stream }),
      ...(memory === undefined ? {} : { memory }),
    },
    createTokenizer: createNativeTokenizer,
    disk: { weights: () => scratchFile(), states: () => createSpillFile() },
  });
  const onnx = loaded.file === undefined ? undefined : join(store.where, loaded.file);
  return {
    ...loaded.model,
    warnings: [...warnings, ...(found.warnings ?? []), ...(loaded.model.warnings ?? [])],
    folder: store.where,
    file: onnx,
  };
}

/** @throws {InvalidOptionError} When a revision of a store is asked for. */
function ofStore(store: ModelStore, revision: string | undefined): FoundSource {
  if (revision === undefined) return { store };
  throw new InvalidOptionError(
    `Cannot use revision "${revision}" of "${store.name}": the files of a store are those of one revision; open the store with it, or give the name of a model in the cache of Hugging Face`,
    "revision",
    revision,
  );
}

function checkThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1)) return;
  throw new InvalidOptionError(`Cannot use ${threads} threads: give a whole number of at least 1`, "threads", threads);
}

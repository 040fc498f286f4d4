/** @file From an address, dropped files or bytes to a model that can be explained in a browser. */

import { createPortableTokenizer } from "@calig/core/internal/input/text/portable-tokenizer";
import type { AssembledModel } from "@calig/core/internal/loading/assemble-model";
import { knowledgeOf, type ModelExtensions } from "@calig/core/internal/loading/knowledge";
import { load } from "@calig/core/internal/loading/load";
import type { OnnxDtype } from "@calig/core/internal/loading/onnx-place";
import { tryRuntime } from "@calig/core/internal/loading/try-runtime";
import type { WebDevice } from "@calig/core/internal/runtime/devices";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { createWebRuntime } from "../runtime/onnxruntime-web.ts";
import { type DownloadProgress, type ModelSource, openStore } from "./model-files.ts";
import { webPlatform } from "./platform.ts";

export interface WebLoadOptions extends ModelExtensions {
  /** What explanations call the model. Default: the name of its folder. */
  readonly id?: string;
  /**
   * Which ONNX file to load, by the element type in its name (transformers.js: "fp16" is onnx/model_fp16.onnx). Default:
   * the checkpoint if there is one that calig builds, else float32, else the best there is.
   */
  readonly dtype?: OnnxDtype;
  /** Where programs run. Default: "wasm", on the processor. */
  readonly device?: WebDevice;
  /**
   * Address of the folder of onnxruntime-web's `ort-wasm-simd-threaded.mjs` and `.wasm` (WebGPU:
   * `ort-wasm-simd-threaded.asyncify.mjs` and `.wasm`). Default: beside the engine's own module, as the bundler placed it.
   */
  readonly wasm?: string;
  /** Threads of the engine. More than one need a page that is cross-origin isolated. Default: the engine decides. */
  readonly threads?: number;
  /** An engine to use instead of a new one: models of one page can share it. It has its own device, files and threads. */
  readonly runtime?: Runtime;
  /**
   * Whether inputs are explained even where the float32 arithmetic that is explained moves a logit of the file, quantised
   * or of half precision, by more than 5 % of the largest, or lets another class win. Explanations then say so. Default: no.
   */
  readonly acceptDifference?: boolean;
  readonly signal?: AbortSignal;
  /** Called while files are downloaded. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A model in a browser. Holds compiled programs and the bytes of its weights: call `dispose()`. */
export type WebModel = AssembledModel;

/**
 * Loads a model in a browser: a Hugging Face checkpoint (config.json, model.safetensors and tokenizer or preprocessor
 * files), or ONNX files in the layout of Optimum or transformers.js. Programs are compiled when first needed.
 *
 * @throws {ExecutionError} When the device does not work; nothing of the model has been read then.
 * @throws {CheckpointError} When files are missing, truncated or inconsistent, or the tokenizer is only read in Node.
 * @throws {UnsupportedModelError} When calig does not build this family and there is no ONNX file, or its graph cannot be
 * rewritten.
 * @throws {OnnxParseError} When a file is no ONNX model.
 * @throws {AnatomyError} When the parts of a Transformer are not found in an ONNX file.
 */
export async function loadModel(source: ModelSource, options: WebLoadOptions = {}): Promise<WebModel> {
  const { signal, onProgress, id, dtype, acceptDifference } = options;
  const knowledge = knowledgeOf(options);
  const store = openStore(source, {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const { model } = await load(store, {
    source: store.name,
    id,
    dtype,
    acceptDifference,
    signal,
    runtime: await openRuntime(options),
    knowledge,
    platform: webPlatform,
    createTokenizer: createPortableTokenizer,
  });
  return model;
}

/** @throws {ExecutionError} When the device does not work. */
async function openRuntime({ runtime, device, wasm, threads }: WebLoadOptions): Promise<Runtime> {
  if (runtime !== undefined) return runtime;
  const created = createWebRuntime({
    ...(device === undefined ? {} : { device }),
    ...(wasm === undefined ? {} : { wasm }),
    ...(threads === undefined ? {} : { threads }),
  });
  if (device !== undefined && device !== "wasm") await tryRuntime(created);
  return created;
}

/** @file What a page says of the model that it loads. */

import type { AssembledModel } from "@calig/core/internal/loading/assemble-model";
import type { DownloadProgress } from "@calig/core/internal/loading/download-progress";
import type { ModelExtensions } from "@calig/core/internal/loading/knowledge";
import type { OnnxDtype } from "@calig/core/internal/loading/onnx-place";
import type { Task } from "@calig/core/internal/loading/task";
import type { WebDevice } from "@calig/core/internal/runtime/devices";
import type { Runtime } from "@calig/core/internal/runtime/runtime";

/** How `loadModel` loads on a page: which file, on what, and where the engine's own files are. */
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
  /** What the model is used for, where its files do not say it: "similarity" of an encoder without a head. */
  readonly task?: Task;
  readonly signal?: AbortSignal;
  /** Called while files are downloaded. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A model in a browser. Holds compiled programs and the bytes of its weights: call `dispose()`. */
export type WebModel = AssembledModel;

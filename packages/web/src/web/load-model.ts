/** @file From an address, dropped files or bytes to a model that can be explained in a browser. */

import { BUILT_IN, readGguf, readOnnx } from "@calig/core/internal/loading/built-in";
import type { WebLoadOptions, WebModel } from "./load-options.ts";
import type { ModelSource } from "./model-files.ts";
import { openModel } from "./open-model.ts";

/**
 * Loads a model in a browser: a Hugging Face checkpoint (config.json, model.safetensors and tokenizer or preprocessor
 * files), ONNX files in the layout of Optimum or transformers.js, or a GGUF file among the files given. Programs are compiled when first needed.
 *
 * @throws {ExecutionError} When the device does not work; nothing of the model has been read then.
 * @throws {CheckpointError} When files are missing, truncated or inconsistent, or the tokenizer is only read in Node.
 * @throws {UnsupportedModelError} When calig does not build this family and there is no ONNX file, or its graph cannot be
 * rewritten.
 * @throws {OnnxParseError} When a file is no ONNX model.
 * @throws {AnatomyError} When the parts of a Transformer are not found in an ONNX file.
 */
export const loadModel = (source: ModelSource, options: WebLoadOptions = {}): Promise<WebModel> =>
  openModel(source, options, { own: BUILT_IN, readOnnx, readGguf });

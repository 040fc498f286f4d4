/** @file The least that explains a model in a browser: nothing but what the caller names is in a bundle. */

export { explain } from "@calig/core/internal/attribution/explain";
export type { DownloadProgress } from "@calig/core/internal/loading/download-progress";
export { image } from "@calig/core/internal/modality/image/image";
export { text } from "@calig/core/internal/modality/text/text";
export { createWebRuntime, type WebRuntimeOptions } from "./runtime/onnxruntime-web.ts";
export { type DecodeImageOptions, decodeImage } from "./web/decode-image.ts";
export { loadModel, type MinimalLoadOptions } from "./web/load-minimal.ts";
export type { WebModel } from "./web/load-options.ts";
export type { ModelSource } from "./web/model-files.ts";

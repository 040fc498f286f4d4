/** @file calig in browsers: everything of the core, models from addresses, dropped files or bytes, and pictures. */

export * from "@calig/core";
export type { DownloadProgress } from "@calig/core/internal/loading/download-progress";
export type { ModelFiles } from "@calig/core/internal/loading/memory-store";
export type { ByteRange, ModelStore, PlacedFile } from "@calig/core/internal/loading/model-store";
export type { OnnxDtype } from "@calig/core/internal/loading/onnx-place";
export type { Explainer } from "@calig/core/internal/pipelines/explainer";
export type { TransformersPipeline } from "@calig/core/internal/pipelines/pipeline";
export type { PipelineInput, RawPicture } from "@calig/core/internal/pipelines/tasks";
export type { WebDevice } from "@calig/core/internal/runtime/devices";
export { createWebRuntime, type WebRuntimeOptions } from "./runtime/onnxruntime-web.ts";
export { type DecodeImageOptions, decodeImage } from "./web/decode-image.ts";
export { explain } from "./web/explain.ts";
export { explainer } from "./web/explainer.ts";
export type { ExplainerOptions, PipelineLoading } from "./web/explainer-options.ts";
export { loadModel } from "./web/load-model.ts";
export type { WebLoadOptions, WebModel } from "./web/load-options.ts";
export type { ModelSource } from "./web/model-files.ts";
export { fromTransformersCache, type TransformersCacheOptions } from "./web/transformers-cache.ts";

/** @file calig in Node: everything of the core, and models from disk. */

export * from "@calig/core";
export type { DownloadProgress } from "@calig/core/internal/loading/download-progress";
export type { ByteRange, ModelStore, PlacedFile } from "@calig/core/internal/loading/model-store";
export type { OnnxDtype } from "@calig/core/internal/loading/onnx-place";
export type { Explainer } from "@calig/core/internal/pipelines/explainer";
export type { TransformersPipeline } from "@calig/core/internal/pipelines/pipeline";
export type { PipelineInput, RawPicture } from "@calig/core/internal/pipelines/tasks";
export { type BuiltinModel, builtinModels, DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL } from "./node/builtin-models.ts";
export { readClassMap } from "./node/datasets/class-map.ts";
export type { ClassMap } from "./node/datasets/yolo-folder.ts";
export { explain } from "./node/explain.ts";
export { explainer } from "./node/explainer.ts";
export type { ExplainerOptions, PipelineLoading } from "./node/explainer-options.ts";
export { decodeImage, type ImageFileOptions, readImageFile } from "./node/image-file.ts";
export { inspectModel, type ModelInspection } from "./node/inspect-model.ts";
export { type LoadedModel, type LoadOptions, loadModel } from "./node/load-model.ts";
export { pictureUri } from "./node/picture-uri.ts";
export { type ReadDatasetOptions, readDataset } from "./node/read-dataset.ts";
export { explanationFiles, readExplanations } from "./node/read-explanations.ts";
export { type SystemFacts, systemFacts } from "./node/system-facts.ts";
export { fromTransformersCache, type TransformersCacheOptions } from "./node/transformers-cache.ts";
export { type PngOptions, renderPng } from "./render/png.ts";
export { createNodeRuntime } from "./runtime/onnxruntime-node.ts";

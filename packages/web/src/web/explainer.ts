/** @file Functions that explain inputs of a task, as pipelines of transformers.js answer them. What they need is imported with the first. */

import type { Explainer } from "@calig/core/internal/pipelines/explainer";
import type { TransformersPipeline } from "@calig/core/internal/pipelines/pipeline";
import type { ExplainerOptions, PipelineLoading } from "./explainer-options.ts";
import type { WebModel } from "./load-options.ts";
import type { ModelSource } from "./model-files.ts";

/**
 * A function that explains inputs of a task, as `pipeline(task, model)` of transformers.js makes one that answers them.
 *
 * @param task - A task of transformers.js: "text-classification", "token-classification", "zero-shot-classification",
 * "feature-extraction", "fill-mask", "question-answering", "text-generation", "image-classification",
 * "zero-shot-image-classification".
 * @param model - What `loadModel` takes: an address, files; a name ("owner/name") is one in the cache of transformers.js.
 * @throws What `loadModel` throws, and {InvalidOptionError} for other tasks.
 * @example
 * const explain = await explainer("text-classification", "/models/my-model", { wasm: "/ort/" });
 * const { supporting } = await explain("A gripping film");
 */
export async function explainer(
  task: string,
  model: ModelSource,
  options?: ExplainerOptions,
): Promise<Explainer<WebModel>>;
/**
 * The same of a pipeline that is loaded: from the browser's cache, without a request. Pipelines keep no name, so files are
 * known by their config.json; a classifier of texts in float32 is held to the logits of the pipeline.
 *
 * @throws {CheckpointError} When its files are not found, or several may be its own.
 */
export async function explainer(
  pipeline: TransformersPipeline,
  options?: PipelineLoading,
): Promise<Explainer<WebModel>>;
export async function explainer(
  first: string | TransformersPipeline,
  second?: ModelSource | PipelineLoading,
  third?: ExplainerOptions,
): Promise<Explainer<WebModel>> {
  return (await import("./pipelines.ts")).makeExplainer(first, second, third);
}

/** @file Functions that explain inputs of a task, as pipelines of transformers.js answer them. What they need is imported with the first. */

import type { ModelStore } from "@calig/core/internal/loading/model-store";
import type { Explainer } from "@calig/core/internal/pipelines/explainer";
import type { TransformersPipeline } from "@calig/core/internal/pipelines/pipeline";
import type { ExplainerOptions, PipelineLoading } from "./explainer-options.ts";
import type { LoadedModel } from "./load-model.ts";

/**
 * A function that explains inputs of a task, as `pipeline(task, model)` of transformers.js makes one that answers them.
 *
 * @param task - A task of transformers.js: "text-classification", "token-classification", "zero-shot-classification",
 * "feature-extraction", "fill-mask", "question-answering", "text-generation", "image-classification",
 * "zero-shot-image-classification".
 * @param model - What `loadModel` takes; a name is looked for among the files of transformers.js first.
 * @throws What `loadModel` throws, and {InvalidOptionError} for other tasks.
 * @example
 * const explain = await explainer("text-classification", "./my-model");
 * const { supporting } = await explain("A gripping film");
 */
export async function explainer(
  task: string,
  model: string | ModelStore,
  options?: ExplainerOptions,
): Promise<Explainer<LoadedModel>>;
/**
 * The same of a pipeline that is loaded: from its own files, without a download. Pipelines keep no name, so files are known by
 * their config.json; a classifier of texts in float32 is held to the logits of the pipeline.
 *
 * @throws {CheckpointError} When its files are not found, or several may be its own.
 */
export async function explainer(
  pipeline: TransformersPipeline,
  options?: PipelineLoading,
): Promise<Explainer<LoadedModel>>;
export async function explainer(
  first: string | TransformersPipeline,
  second?: string | ModelStore | PipelineLoading,
  third?: ExplainerOptions,
): Promise<Explainer<LoadedModel>> {
  return (await import("./pipelines.ts")).makeExplainer(first, second, third);
}

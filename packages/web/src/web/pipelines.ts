/** @file Explainers on a page: for a task and a model, or for a pipeline of transformers.js whose files are in the browser's cache. */

import { type ModelFiles, memoryStore } from "@calig/core/internal/loading/memory-store";
import { isHubName } from "@calig/core/internal/loading/other-formats";
import {
  createExplainer,
  type Explainer,
  type ExplainPipeline,
  explainerOfPipeline,
  pipelineExplainers,
} from "@calig/core/internal/pipelines/explainer";
import { filesOfPipeline, type TransformersPipeline } from "@calig/core/internal/pipelines/pipeline";
import { type PictureReader, pipelineTask } from "@calig/core/internal/pipelines/tasks";
import { decodeImage } from "./decode-image.ts";
import type { ExplainerOptions, PipelineLoading } from "./explainer-options.ts";
import { loadModel } from "./load-model.ts";
import type { WebModel } from "./load-options.ts";
import type { ModelSource } from "./model-files.ts";
import { fromTransformersCache, modelsInCache } from "./transformers-cache.ts";

/** See `explainer`. */
export async function makeExplainer(
  first: string | TransformersPipeline,
  second?: ModelSource | PipelineLoading,
  third: ExplainerOptions = {},
): Promise<Explainer<WebModel>> {
  if (typeof first !== "string") return explainerOf(first, (second ?? {}) as PipelineLoading);
  const task = pipelineTask(first);
  const { revision: _, env: __, ...loading } = third;
  const source = await sourceOf(second as ModelSource, third);
  return createExplainer(task, await loadModel(source, { task: task.loaded, ...loading }), readPicture);
}

const explainerOf = (pipeline: TransformersPipeline, given: PipelineLoading): Promise<Explainer<WebModel>> =>
  explainerOfPipeline(pipeline, readPicture, async (request) => {
    const { model: named, env: _, revision: __, ...loading } = given;
    const source = named === undefined ? await search(pipeline, given) : await sourceOf(named, given);
    return loadModel(source, { ...request, ...loading });
  });

/** A name is one of the cache; what begins as an address does is one. */
const sourceOf = async (source: ModelSource, options: ExplainerOptions): Promise<ModelSource> =>
  typeof source === "string" && isHubName(source) ? cachedFiles(source, options) : source;

const cachedFiles = (name: string, { revision, env }: ExplainerOptions): Promise<ModelFiles> =>
  fromTransformersCache(name, {
    ...(revision === undefined ? {} : { revision }),
    ...(env?.cacheKey === undefined ? {} : { cacheName: env.cacheKey }),
  });

async function search(pipeline: TransformersPipeline, options: ExplainerOptions): Promise<ModelSource> {
  const names = await modelsInCache(options.env?.cacheKey);
  const candidates = names.map((name) => {
    // A model without this revision is none.
    const files = cachedFiles(name, options).catch(() => undefined);
    return {
      name,
      config: async () => {
        const bytes = await (await files)?.read("config.json");
        return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
      },
      open: async () => memoryStore((await files) as ModelFiles),
    };
  });
  return filesOfPipeline(pipeline, candidates, "the browser's cache");
}

/** Pictures as pages have them; an address is one that the page itself gives. */
const readPicture: PictureReader = async (picture) => {
  if (picture instanceof Uint8Array || picture instanceof Blob) return decodeImage(picture);
  return decodeImage(await (await fetch(picture)).blob());
};

export const explainPipeline: ExplainPipeline<PipelineLoading> = pipelineExplainers(explainerOf);

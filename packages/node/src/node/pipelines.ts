/** @file Explainers in Node: for a task and a model, or for a pipeline of transformers.js whose files lie in its folders. */

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@calig/core/internal/errors";
import type { RgbImage } from "@calig/core/internal/input/image/rgb-image";
import type { ModelStore } from "@calig/core/internal/loading/model-store";
import { isHubName } from "@calig/core/internal/loading/other-formats";
import {
  createExplainer,
  type Explainer,
  type ExplainPipeline,
  explainerOfPipeline,
  pipelineExplainers,
} from "@calig/core/internal/pipelines/explainer";
import {
  filesOfPipeline,
  type PipelineCandidate,
  type TransformersPipeline,
} from "@calig/core/internal/pipelines/pipeline";
import { type PictureReader, pipelineTask } from "@calig/core/internal/pipelines/tasks";
import { diskStore } from "./disk-store.ts";
import type { ExplainerOptions, PipelineLoading } from "./explainer-options.ts";
import { decodeImage, readImageFile } from "./image-file.ts";
import { type LoadedModel, loadModel } from "./load-model.ts";
import { fromTransformersCache, modelsIn, transformersFolder, usualCache } from "./transformers-cache.ts";

/** See `explainer`. */
export async function makeExplainer(
  first: string | TransformersPipeline,
  second?: string | ModelStore | PipelineLoading,
  third: ExplainerOptions = {},
): Promise<Explainer<LoadedModel>> {
  if (typeof first !== "string") return explainerOf(first, (second ?? {}) as PipelineLoading);
  const task = pipelineTask(first);
  const { env, ...options } = third;
  const source = second as string | ModelStore;
  const store = typeof source === "string" ? await ofTransformers(source, third) : undefined;
  const { revision, ...others } = options;
  const loading = store === undefined ? options : others;
  return createExplainer(task, await loadModel(store ?? source, { task: task.loaded, ...loading }), readPicture);
}

const explainerOf = (pipeline: TransformersPipeline, given: PipelineLoading): Promise<Explainer<LoadedModel>> =>
  explainerOfPipeline(pipeline, readPicture, async (request) => {
    const { model: named, env: _, revision, ...loading } = given;
    const store = named === undefined ? await search(pipeline, given) : await storeNamed(named, given);
    const ofHub = typeof store === "string" && revision !== undefined ? { revision } : {};
    return loadModel(store, { ...request, ...ofHub, ...loading });
  });

/** The folders that pipelines read. */
function foldersOf({ env }: ExplainerOptions) {
  const own = transformersFolder();
  return {
    cache: env?.cacheDir ?? usualCache(),
    local: env?.localModelPath ?? (own === undefined ? undefined : join(own, "models")),
  };
}

/** Models of these folders by their config.json; the local one goes first, as in pipelines. */
async function search(pipeline: TransformersPipeline, options: ExplainerOptions): Promise<ModelStore> {
  const { cache, local } = foldersOf(options);
  const { revision } = options;
  const inFolder = async (
    folder: string | undefined,
    open: (name: string) => Promise<ModelStore>,
    version?: string,
  ): Promise<readonly PipelineCandidate[]> => {
    const names = folder === undefined ? [] : await modelsIn(folder, version);
    return names.map((name) => ({
      name,
      config: async () => (await open(name).catch(() => undefined))?.text("config.json"),
      open: () => open(name),
    }));
  };
  const found = [
    ...(await inFolder(local, async (name) => diskStore(join(resolve(local as string), name), name))),
    ...(await inFolder(
      cache,
      (name) =>
        fromTransformersCache(name, { cacheDir: cache as string, ...(revision === undefined ? {} : { revision }) }),
      revision,
    )),
  ];
  // A pipeline looks for a name in the local folder first.
  const candidates = found.filter(({ name }, i) => found.findIndex((other) => other.name === name) === i);
  return filesOfPipeline(pipeline, candidates, [local, cache].map((folder) => `"${folder}"`).join(" and "));
}

/** What a pipeline means by a name or a path. */
async function storeNamed(name: string, options: ExplainerOptions): Promise<ModelStore | string> {
  return (await ofTransformers(name, options)) ?? name;
}

/** A name among the files of transformers.js; undefined where it is a path, or not there. */
async function ofTransformers(name: string, options: ExplainerOptions): Promise<ModelStore | undefined> {
  const { cache, local } = foldersOf(options);
  if (!isHubName(name) || (await isFolder(resolve(name)))) return undefined;
  if (local !== undefined && (await isFolder(join(local, name)))) return diskStore(join(resolve(local), name), name);
  const { revision } = options;
  if (cache === undefined || !(await modelsIn(cache, revision)).includes(name)) return undefined;
  return fromTransformersCache(name, { cacheDir: cache, ...(revision === undefined ? {} : { revision }) });
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

/** Pictures from disk or memory; none are fetched. */
const readPicture: PictureReader = async (picture): Promise<RgbImage> => {
  if (picture instanceof Uint8Array) return decodeImage(picture);
  if (picture instanceof Blob) return decodeImage(new Uint8Array(await picture.arrayBuffer()));
  const address = String(picture);
  if (/^file:/.test(address)) return readImageFile(fileURLToPath(address));
  if (!/^[a-z]{2,}:/i.test(address)) return readImageFile(address);
  throw new InputError(
    `Cannot read the picture ${JSON.stringify(address)}: nothing is fetched from a network; give a file, its bytes, or a RawImage`,
  );
};

/** `explainer(pipeline)` says when its files are let go. */
export const explainPipeline: ExplainPipeline<PipelineLoading> = pipelineExplainers(explainerOf);

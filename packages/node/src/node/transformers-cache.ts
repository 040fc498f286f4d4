/** @file The files of a model that transformers.js downloaded in Node, in the folder of its cache. Asks nothing of a network. */

import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CheckpointError, quote } from "@calig/core/internal/errors";
import type { ModelStore } from "@calig/core/internal/loading/model-store";
import { isHubName } from "@calig/core/internal/loading/other-formats";
import { findFileOfDependency } from "../util/own-place.ts";
import { diskStore } from "./disk-store.ts";

/** Which revision, in which cache. */
export interface TransformersCacheOptions {
  /** The revision that the pipeline loaded. Default: "main", as for pipelines. */
  readonly revision?: string;
  /** `env.cacheDir` of transformers.js. Default: ".cache" in the folder of the package, as there. */
  readonly cacheDir?: string;
}

const REVISION = "main";
/** Models that an error names at most. */
const NAMED = 10;

/**
 * The files of a model that transformers.js has loaded in Node: what `loadModel` takes.
 *
 * @param model - What the pipeline was given: "my-name/my-model".
 * @throws {CheckpointError} When there is no such cache, or the model is not in it.
 * @see FileCache and buildResourcePaths of transformers.js 4: files of "main" lie in the model's folder, those of other
 * revisions in a folder of it
 */
export async function fromTransformersCache(
  model: string,
  { revision = REVISION, cacheDir = usualCache() }: TransformersCacheOptions = {},
): Promise<ModelStore> {
  const fail = (found: string, remedy: string) =>
    new CheckpointError(
      `Cannot load model ${quote(model)} from the cache of transformers.js${cacheDir === undefined ? "" : ` in ${quote(cacheDir)}`}: ${found}; ${remedy}`,
      model,
    );
  const letLoad = "give the name that a pipeline of transformers.js loaded, or let one load it first";
  if (cacheDir === undefined) throw fail("@huggingface/transformers is not installed here", "give `cacheDir`");
  if (!isHubName(model)) throw fail("it is no name of a model", letLoad);
  const folder = join(resolve(cacheDir), model);
  const place = placeOf(folder, revision);
  if (revision.split(/[\\/]/).includes("..") || !(await holdsModel(place))) {
    const there = await modelsIn(cacheDir);
    const more = there.length > NAMED ? ` and ${there.length - NAMED} more` : "";
    const found = there.length === 0 ? "no models" : `${there.slice(0, NAMED).map(quote).join(", ")}${more}`;
    const which = revision === REVISION ? "" : `, and not the revision ${quote(revision)} of it`;
    throw fail(`it holds ${found}${which}`, letLoad);
  }
  const remedy =
    "the cache holds what the pipeline asked for: let it load the file first, with the same dtype and revision";
  return { ...diskStore(place, model.slice(model.lastIndexOf("/") + 1)), remedy };
}

/** The folder of the package that programs here would load; undefined where it is not installed. */
export function transformersFolder(): string | undefined {
  const entry = findFileOfDependency(join(process.cwd(), "index.js"), "@huggingface/transformers");
  return entry === undefined ? undefined : dirname(dirname(entry));
}

/** What pipelines use where nothing else is said. */
export function usualCache(): string | undefined {
  const folder = transformersFolder();
  return folder === undefined ? undefined : join(folder, ".cache");
}

/** Whether a pipeline left files there, and not only folders of revisions or of models. */
async function holdsModel(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.some((entry) => entry.isFile() || entry.name === "onnx");
}

/** Where the files of a revision lie, in the folder of their model. */
const placeOf = (folder: string, revision: string): string =>
  revision === REVISION ? folder : join(folder, ...revision.split("/"));

/** Names of the models of which a cache has a revision, with their owner or without. */
export async function modelsIn(cacheDir: string, revision: string = REVISION): Promise<readonly string[]> {
  const found: string[] = [];
  const note = async (name: string) => {
    if (await holdsModel(placeOf(join(cacheDir, name), revision))) found.push(name);
  };
  for (const owner of await readdir(cacheDir).catch((): string[] => [])) {
    await note(owner);
    for (const name of await readdir(join(cacheDir, owner)).catch((): string[] => [])) await note(`${owner}/${name}`);
  }
  return found.sort();
}
